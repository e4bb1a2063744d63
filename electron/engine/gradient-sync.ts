/**
 * The one seam between the engine and data parallelism. A single rank only divides; `ddp` all-reduces first.
 */

export interface StepSums {
  /** Sum (not mean) of the losses over the examples. */
  lossSum: number
  exampleCount: number
}

export interface GradientSync {
  /**
   * In: `gradients` holds this rank's gradient *sums*. Out: sums over all ranks divided once by the global example
   * count (a mean of per-rank means is wrong on uneven batches); identical bits on every rank.
   */
  reduce(gradients: Float32Array, local: StepSums, step: number): Promise<StepSums>
}
