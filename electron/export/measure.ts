/**
 * The exported files measured side by side, on real sessions: how far their logits are from the engine's, how often they
 * name the right class, how long one headline takes. Each round of the timing asks every file once, so that what else the
 * machine does meanwhile falls on all of them alike.
 */
import { Tensor, type InferenceSession } from 'onnxruntime-node'
import type { Precision, PrecisionMeasurement } from '../../shared/domain/export.ts'
import { quantile } from '../../shared/domain/series.ts'
import { makeBatch } from '../data/batching.ts'
import type { Tokenizer } from '../data/tokenizer.ts'
import type { Batch } from '../data/types.ts'
import type { Classifier } from '../engine/classifier.ts'
import { openCpuSession } from '../inference/cpu-session.ts'
import { evaluateExamples } from '../inference/evaluate.ts'
import type { MeasuredRows } from './rows.ts'

type Logits = Pick<Classifier, 'logits' | 'labelCount'>

export interface MeasureOptions {
  files: { precision: Precision; file: string; path: string; bytes: number }[]
  /** The lab's own. */
  engine: Logits
  tokenizer: Tokenizer
  rows: MeasuredRows
  labels: readonly string[]
  maxLength: number
  /** Of ONNX Runtime. */
  threads: number
  /** Called between batches with the share done, 0 to 1; may throw to cancel. */
  onProgress: (fraction: number) => Promise<void>
}

const timedHeadlines = 40
const warmupRounds = 5
/** Of all the time that measuring takes, about. */
const timingShare = 0.1

export async function measure(options: MeasureOptions): Promise<PrecisionMeasurement[]> {
  const { files, engine, threads } = options
  const sessions: SessionClassifier[] = []
  try {
    for (const { path } of files) sessions.push(await SessionClassifier.open(path, engine.labelCount, threads))
    const passes = [engine, ...sessions]
    const results = []
    for (const [index, classifier] of passes.entries()) {
      results.push(await evaluate(classifier, options, (share) => ((index + share) / passes.length) * (1 - timingShare)))
    }
    const [ours, ...theirs] = results
    const times = await time(sessions, options)
    return files.map(({ precision, file, bytes }, index) => {
      const { logits, quality } = theirs[index]!
      return { precision, file, bytes, ...compare(logits, ours!.logits, engine.labelCount), quality, latencyMs: latencyOf(times[index]!) }
    })
  } finally {
    for (const session of sessions) await session.close()
  }
}

/** One pass over all rows. */
async function evaluate(
  classifier: Logits,
  { rows, tokenizer, labels, maxLength, onProgress }: MeasureOptions,
  fractionAt: (share: number) => number,
): Promise<{ logits: Float32Array[]; quality: PrecisionMeasurement['quality'] }> {
  const logits: Float32Array[] = []
  let seen = 0
  const recording: Logits = {
    labelCount: classifier.labelCount,
    logits: async (batch) => {
      await onProgress(fractionAt(seen / rows.examples.length))
      const answer = await classifier.logits(batch)
      logits.push(answer.slice(0, batch.exampleCount * classifier.labelCount))
      seen += batch.exampleCount
      return answer
    },
  }
  const { rowCount, correctCount, accuracy, accuracyInterval, macroF1 } = await evaluateExamples(recording, tokenizer, rows.examples, {
    labels,
    maxLength,
  })
  return { logits, quality: rows.isLabelled ? { rowCount, correctCount, accuracy, accuracyInterval, macroF1 } : null }
}

// region agreement
function compare(
  theirs: readonly Float32Array[],
  ours: readonly Float32Array[],
  labelCount: number,
): { largestLogitDifference: number; agreement: number } {
  let largest = 0
  let agreed = 0
  let rowCount = 0
  for (const [index, batch] of ours.entries()) {
    for (let start = 0; start < batch.length; start += labelCount) {
      const ourRow = batch.subarray(start, start + labelCount)
      const theirRow = theirs[index]!.subarray(start, start + labelCount)
      for (const [label, value] of ourRow.entries()) {
        const difference = Math.abs(value - theirRow[label]!)
        // A logit that is no number is as far off as can be, and stays so whatever comes after it.
        largest = Math.max(largest, Number.isNaN(difference) ? Infinity : difference)
      }
      if (ourRow.indexOf(Math.max(...ourRow)) === theirRow.indexOf(Math.max(...theirRow))) agreed++
      rowCount++
    }
  }
  return { largestLogitDifference: largest, agreement: agreed / rowCount }
}
// endregion

/** Milliseconds of single headlines, for each session. */
async function time(sessions: readonly SessionClassifier[], options: MeasureOptions): Promise<number[][]> {
  const { rows, tokenizer, maxLength, onProgress } = options
  const times = sessions.map((): number[] => [])
  for (let round = -warmupRounds; round < timedHeadlines; round++) {
    await onProgress(1 - timingShare * (1 - Math.max(0, round) / timedHeadlines))
    const { text } = rows.examples[Math.floor((Math.max(0, round) * rows.examples.length) / timedHeadlines)]!
    const ids = [tokenizer.encodeIds(text, maxLength)]
    const batch = makeBatch({ ids, labels: Int32Array.of(0) }, [0], { rows: 1, lengthMultiple: 1 })
    for (const [index, session] of sessions.entries()) {
      const began = performance.now()
      await session.logits(batch)
      if (round >= 0) times[index]!.push(performance.now() - began)
    }
  }
  return times
}

const latencyOf = (times: readonly number[]): PrecisionMeasurement['latencyMs'] => ({
  count: times.length,
  p50: quantile(times, 0.5)!,
  p95: quantile(times, 0.95)!,
})

/** An exported file, answering as the engine's classifier does. */
export class SessionClassifier implements Logits {
  readonly labelCount: number
  readonly #session: InferenceSession

  private constructor(session: InferenceSession, labelCount: number) {
    this.#session = session
    this.labelCount = labelCount
  }

  static async open(path: string, labelCount: number, threads: number): Promise<SessionClassifier> {
    return new SessionClassifier(await openCpuSession(path, threads), labelCount)
  }

  async logits({ rows, length, ids, attentionMask }: Batch): Promise<Float32Array> {
    const integers = (values: Int32Array | Float32Array): Tensor =>
      new Tensor('int64', BigInt64Array.from(values as ArrayLike<number> as Int32Array, BigInt), [rows, length])
    const { logits } = await this.#session.run({ input_ids: integers(ids), attention_mask: integers(attentionMask) })
    return logits!.data as Float32Array
  }

  close(): Promise<void> {
    return this.#session.release()
  }
}
