/**
 * The one seam between the engine and data parallelism. A single rank has nothing to do; `ddp` all-reduces.
 */

export interface StepSums {
  /** Sum (not mean) of the losses over the examples. */
  lossSum: number
  exampleCount: number
}

export interface GradientSync {
  /**
   * In: `gradients` holds this rank's gradient *sums* over its examples. Out: the sums over all ranks, the same bits on
   * every rank. Nobody divides here: the optimizer does it in its own pass, by the global example count that is
   * returned (a mean of per-rank means would be wrong on uneven batches).
   */
  reduce(gradients: Float32Array, local: StepSums, step: number): Promise<StepSums>
}
