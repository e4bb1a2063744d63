/**
 * What a rank says, entered in the books, and the event that it is for the group machine, if it is one. Decides nothing.
 */
import type { RankMessage, RankMessageOf } from '../rank/protocol.ts'
import type { RankEvent } from './group-machine.ts'
import type { RunBooks } from './run-books.ts'

/** `ending`: the run is being ended; then rank 0's activities are no news, except that it saves. */
export function enterReport(
  books: RunBooks,
  rank: number,
  message: Exclude<RankMessage, { type: 'failed' }>,
  ending: boolean,
): RankEvent | null {
  switch (message.type) {
    case 'hello':
      books.table.of(rank).device = message.device
      return { type: 'greeted', rank }
    case 'device':
      books.table.of(rank).device = message.device
      return null
    case 'state':
      books.table.setState(rank, message.state)
      if (rank !== 0) return null
      if (!ending || message.state === 'saving') books.activity = message.activity
      return message.state === 'training' ? { type: 'training' } : null
    case 'ready':
      return { type: 'ready', rank, digests: message.digests }
    case 'prepared':
      enterPrepared(books, message)
      return null
    case 'step':
      books.step(rank, message)
      return null
    case 'epoch':
      books.epoch(message)
      return null
    case 'forwardShare':
      books.table.of(rank).forwardShare = message.share
      return null
    case 'saving':
      return { type: 'saving' }
    case 'saved':
      books.hasModel = true
      books.update({ checkpoint: message.checkpoint, lastWeightsDigest: message.weightsDigest })
      return { type: 'saved' }
    case 'note':
      books.note(message.text)
      return null
    case 'finished':
      books.table.setState(rank, 'done')
      return { type: 'finished', rank, reason: message.reason }
  }
}

function enterPrepared(books: RunBooks, message: RankMessageOf<'prepared'>): void {
  const { dataset, trainCount, validationCount, tokenizerDigest, modelConfig, totalSteps, notes } = message
  const { parameterCount, trainableParameterCount } = message
  // Of a run that goes on, the first weights were others.
  const firstWeightsDigest = books.lastStep === 0 ? message.weightsDigest : books.record.firstWeightsDigest
  books.update({ dataset, trainCount, validationCount, tokenizerDigest, firstWeightsDigest, modelConfig })
  books.update({ parameterCount, trainableParameterCount, totalSteps })
  for (const note of notes) books.note(note)
}
