/**
 * The two numbers of a step that must be summed besides the gradient: the loss, and the example count that divides
 * everything. They take a small all-reduce of their own, so that a bucket stays a plain view of the gradient.
 */
import type { CollectiveContext, ProcessGroup } from '../collectives/process-group.ts'
import type { StepSums } from '../engine/gradient-sync.ts'

/** float32 holds whole numbers up to 2²⁴ only: a count travels as two digits to this base, whose sums stay exact. */
const countBase = 4096

// region sums
/** The same bits on every rank. The loss sum has float32's seven digits. */
export async function allReduceSums(group: ProcessGroup, local: StepSums, context: CollectiveContext): Promise<StepSums> {
  const { lossSum, exampleCount } = local
  const sums = Float32Array.of(lossSum, Math.floor(exampleCount / countBase), exampleCount % countBase)
  await group.allReduce(sums, context)
  return { lossSum: sums[0], exampleCount: sums[1] * countBase + sums[2] }
}
// endregion
