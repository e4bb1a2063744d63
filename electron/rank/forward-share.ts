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

/** So many batches are timed; each costs four steps. */
export const forwardTimedBatches = 4

/** Collective. Share of the summed times; null where no batch has examples. */
export async function measureForwardShare({ classifier, group, batches, seed, step }: Options): Promise<number | null> {
  let [forwardMs, wholeMs] = [0, 0]
  for (const batch of batches) {
    const dropout = { seed, rank: group.rank, step, microStep: 0 }
    const whole = (): Promise<unknown> => classifier.gradients(batch, dropout)
    const forward = (): Promise<unknown> => classifier.loss(batch, dropout)
    // The first run of a shape traces it and takes memory.
    await whole()
    await forward()
    await group.barrier({ step, bucket: 0 })
    // In turn, and the quicker of two: what interrupts a run only makes it longer.
    const times = [await timed(whole), await timed(forward), await timed(whole), await timed(forward)] as const
    wholeMs += Math.min(times[0], times[2])
    forwardMs += Math.min(times[1], times[3])
  }
  return wholeMs === 0 ? null : forwardMs / wholeMs
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now()
  await work()
  return performance.now() - beganMs
}
