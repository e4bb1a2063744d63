/**
 * What the rank map says above the ranks when something is the matter: the first cause in words, and the one thing to do
 * next. Pure: from the record and the ranks as they are.
 */
import type { RankStatus, RunRecord } from '../../../shared/domain/run.ts'

export interface WhatHappened {
  tone: 'bad' | 'warn' | 'quiet'
  title: string
  text: string
  next: 'resume' | 'restart' | 'log' | null
}

/** Would fail again from the checkpoint, too: first see what it is. */
const seeFirst: readonly string[] = ['LOSS_NOT_FINITE', 'RANK_MISMATCH', 'INTERNAL', 'BACKEND_UNAVAILABLE']

/** Null while all is well. */
export function whatHappened(record: RunRecord, ranks: readonly RankStatus[], step: number, hasModel: boolean): WhatHappened | null {
  const goOn = hasModel ? 'resume' : 'restart'
  const first = ranks.find((rank) => rank.first && rank.error)?.error ?? record.error
  switch (record.state) {
    case 'failed':
      if (first === null) return null
      return { tone: 'bad', title: first.title, text: first.suggestion, next: seeFirst.includes(first.code) ? 'log' : goOn }
    case 'lost':
      return { tone: 'bad', title: 'The lab ended while this run was going on', text: 'Its checkpoints are intact.', next: goOn }
    case 'paused':
      if (first !== null) return { tone: 'warn', title: first.title, text: `The run is paused. ${first.suggestion}`, next: 'resume' }
      return {
        tone: 'quiet',
        title: `Paused after step ${step}`,
        text: `${hasModel ? 'It is saved' : 'Nothing was saved yet: it will begin anew. It'} and holds no process and no device.`,
        next: 'resume',
      }
    case 'restarting':
      return { tone: 'warn', title: first?.title ?? 'A rank failed', text: 'Going back to the last checkpoint …', next: 'log' }
    case 'starting':
    case 'running':
    case 'stopping':
      return first === null
        ? whileItRuns(record, ranks)
        : { tone: 'bad', title: first.title, text: 'Ending the other ranks …', next: 'log' }
    case 'stopped':
    case 'done':
      return null
  }
}

function whileItRuns(record: RunRecord, ranks: readonly RankStatus[]): WhatHappened | null {
  const suspect = ranks.find(({ state }) => state === 'suspect')
  if (suspect)
    return {
      tone: 'warn',
      title: `Rank ${suspect.rank} has sent no heartbeat for 2 s`,
      text: 'The others wait for it. After 5 s it counts as failed.',
      next: 'log',
    }
  const slow = ranks.find(({ slowdown }) => slowdown !== null)
  if (slow)
    return {
      tone: 'warn',
      title: `Rank ${slow.rank} is ${slow.slowdown?.toFixed(1)} times slower`,
      text: 'The others wait for it in every all-reduce; the results are the same.',
      next: null,
    }
  const last = record.incidents.at(-1)
  if (!last || last.resumedFromStep === null) return null
  const went = record.state === 'starting' ? 'goes' : 'went'
  return { tone: 'quiet', title: last.error.title, text: `Training ${went} on from step ${last.resumedFromStep}.`, next: 'log' }
}
