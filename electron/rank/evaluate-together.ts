/**
 * One evaluation of the whole validation split by all ranks: each takes its shard, the sums are all-reduced, so that every
 * row counts exactly once whatever the number of ranks.
 */
import type { ProcessGroup } from '../collectives/process-group.ts'
import { type BatchShape, makeBatch } from '../data/batching.ts'
import type { Batch, TokenizedExamples } from '../data/types.ts'
import { evaluationShard } from '../ddp/sampler.ts'
import type { Classifier } from '../engine/classifier.ts'
import { evaluateBatches } from '../engine/evaluate.ts'

export interface SharedEvaluation {
  loss: number
  accuracy: number
  count: number
}

interface Options {
  group: ProcessGroup
  classifier: Classifier
  rows: TokenizedExamples
  shape: BatchShape
  step: number
  /** Asked before each batch. */
  interrupted: () => boolean
}

/** Rows of this rank, of like length side by side, so that little is padded. */
function* shardBatches({ group, rows, shape, interrupted }: Options): Generator<Batch> {
  const shard = [...evaluationShard(rows.ids.length, group.worldSize, group.rank)].sort(
    (a, b) => rows.ids[a]!.length - rows.ids[b]!.length || a - b,
  )
  for (let start = 0; start < shard.length && !interrupted(); start += shape.rows) {
    yield makeBatch(rows, shard.slice(start, start + shape.rows), shape)
  }
}

/** Collective. The same result on every rank; null on all where any was interrupted. */
export async function evaluateTogether(options: Options): Promise<SharedEvaluation | null> {
  const { group, classifier, rows, step, interrupted } = options
  const own = await evaluateBatches(classifier, shardBatches(options))
  // Counts are whole numbers far below 2²⁴: exact in float32.
  const sums = Float32Array.of(own.lossSum, own.correctCount, own.rowCount, interrupted() ? 1 : 0)
  await group.allReduce(sums, { step, bucket: 0 })
  const [lossSum, correctCount, count, interruptions] = sums as unknown as [number, number, number, number]
  if (interruptions > 0) return null
  if (count !== rows.ids.length) throw new Error(`the ranks evaluated ${count} rows of ${rows.ids.length}`)
  return { loss: lossSum / count, accuracy: correctCount / count, count }
}
