/**
 * Ranks stop together or not at all: one that left alone would leave the others waiting in their next all-reduce. Word of
 * a stop reaches each rank at a moment of its own, so after every step they add up who has heard it.
 */
import type { ProcessGroup } from '../collectives/process-group.ts'

/** Collective. True on every rank as soon as one was asked to stop. */
export async function agreeToStop(group: ProcessGroup, requested: boolean, step: number): Promise<boolean> {
  const heard = Float32Array.of(requested ? 1 : 0)
  await group.allReduce(heard, { step, bucket: 0 })
  return heard[0]! > 0
}
