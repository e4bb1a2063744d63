/**
 * What the forward pass takes of a step's computing. Both passes are one graph, in which no clock can stand between them, so
 * the forward pass is run by itself, dropout and loss included, on batches of the run and beside the whole on the same batch.
 * All ranks do so at once, as in training. Nothing that was trained changes: it is for after the last step.
 */
import type { ProcessGroup } from '../collectives/process-group.ts'
import type { Batch } from '../data/types.ts'
import type { Classifier } from '../engine/classifier.ts'

interface Options {
  classifier: Classifier
  group: ProcessGroup
  batches: Iterable<Batch>
  seed: number
  step: number
}

/** So many batches are timed; each costs less than two steps. */
export const forwardTimedBatches = 6

/** Collective. Share of the summed times; null where no batch has examples. */
export async function measureForwardShare({ classifier, group, batches, seed, step }: Options): Promise<number | null> {
  let [forwardMs, wholeMs] = [0, 0]
  for (const batch of batches) {
    const dropout = { seed, rank: group.rank, step, microStep: 0 }
    // The first run of a shape traces it; after training both are to be as usual as a step is.
    await classifier.loss(batch, dropout)
    await group.barrier({ step, bucket: 0 })
    wholeMs += await timed(() => classifier.gradients(batch, dropout))
    forwardMs += await timed(() => classifier.loss(batch, dropout))
  }
  return wholeMs === 0 ? null : forwardMs / wholeMs
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now()
  await work()
  return performance.now() - beganMs
}
