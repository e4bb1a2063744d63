/**
 * The tokenizer of a run. Rank 0 decides what it is (the checkpoint's, the pretrained model's, one trained earlier on
 * the same texts, or one trained now) and writes it to the run directory; the others read those very bytes.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../checkpoint/atomic.ts'
import { systemErrorCode } from '../checkpoint/file-errors.ts'
import type { ProcessGroup } from '../collectives/process-group.ts'
import { createTokenizer, type Tokenizer } from '../data/tokenizer.ts'
import type { Example } from '../data/types.ts'
import { trainWordPiece } from '../data/wordpiece-trainer.ts'
import { LabError } from '../../shared/contract/errors.ts'

/** Part of a cached vocabulary's name: raise it when the trainer gives other results. */
const trainerVersion = 1

const tokenizerFile = (directory: string): string => join(directory, 'tokenizer.json')

export interface VocabularyOptions {
  group: ProcessGroup
  runDirectory: string
  cacheDirectory: string
  /** Directory of the checkpoint to go on from, or null. */
  resumeFrom: string | null
  /** The `tokenizer.json` that the model brings, or null. */
  tokenizerJson: string | null
  train: readonly Example[]
  /** Entries wished for; a small corpus yields fewer. */
  vocabSize: number
  /** Called when a vocabulary has to be trained, which may take seconds. */
  onTraining: () => void
}

/** Collective: every rank must call it. The same tokenizer everywhere. */
export async function shareTokenizer(options: VocabularyOptions): Promise<Tokenizer> {
  const { group, runDirectory } = options
  if (group.rank !== 0) {
    await group.barrier({ step: 0, bucket: 0 })
    return createTokenizer(await readFile(tokenizerFile(runDirectory), 'utf8'))
  }
  const tokenizer = await chooseTokenizer(options)
  await writeFileAtomic(tokenizerFile(runDirectory), tokenizer.json)
  await group.barrier({ step: 0, bucket: 0 })
  return tokenizer
}

async function chooseTokenizer(options: VocabularyOptions): Promise<Tokenizer> {
  const { cacheDirectory, resumeFrom, tokenizerJson, train, vocabSize, onTraining } = options
  if (resumeFrom !== null) return createTokenizer(await readFile(tokenizerFile(resumeFrom), 'utf8'))
  if (tokenizerJson !== null) return createTokenizer(tokenizerJson)
  const texts = createHash('sha256')
  for (const { text } of train) texts.update(`${JSON.stringify(text)}\n`)
  const cacheFile = join(cacheDirectory, `wordpiece-${trainerVersion}-${vocabSize}-${texts.digest('hex').slice(0, 32)}.json`)
  const cached = await readCached(cacheFile)
  if (cached !== null) return cached
  onTraining()
  // A breath, so that the word of it goes out before this thread is busy.
  await new Promise((resolve) => setTimeout(resolve, 5))
  const trained = createTokenizer(
    trainWordPiece(
      train.map(({ text }) => text),
      vocabSize,
    ),
  )
  await mkdir(cacheDirectory, { recursive: true })
  await writeFileAtomic(cacheFile, trained.json)
  return trained
}

/** Null where there is none that can be used; the next training replaces it. */
async function readCached(file: string): Promise<Tokenizer | null> {
  try {
    return createTokenizer(await readFile(file, 'utf8'))
  } catch (error) {
    if (error instanceof LabError || systemErrorCode(error) === 'ENOENT') return null
    throw error
  }
}
