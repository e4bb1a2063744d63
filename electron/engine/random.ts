/**
 * What random numbers are drawn for. Every draw is a pure function of a counter (seed, purpose, place), so that a
 * resumed run, a replayed step and another number of threads see the same numbers.
 */
import type { RandomCounter } from '../kernels/index.ts'

const purposes = { initialization: 1, dropout: 2 } as const

export const initializationCounter = (seed: number, parameterIndex: number): RandomCounter => ({
  seed,
  purpose: purposes.initialization,
  stream: [parameterIndex, 0, 0],
})

/** Where in a run a forward pass stands. */
export interface DropoutCounter {
  seed: number
  rank: number
  /** 1-based optimizer step. */
  step: number
  microStep: number
}

/** `op` tells the model's dropout sites apart. Ranks and micro-steps must be below 65,536. */
export const dropoutCounter = ({ seed, rank, step, microStep }: DropoutCounter, op: number): RandomCounter => ({
  seed,
  purpose: purposes.dropout,
  stream: [op, step, rank * 0x10000 + microStep],
})
