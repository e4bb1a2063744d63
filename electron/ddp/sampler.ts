/**
 * Which rows each rank sees in each optimizer step. PyTorch's `DistributedSampler` with two differences: every row comes
 * exactly once per epoch (PyTorch repeats rows until the ranks' shares are even), and rows of like length are batched
 * together, since a batch is padded to its longest row.
 *
 * All ranks compute the same *global* order from seed and epoch and take their part of it, so nothing need be sent. The
 * order depends on the global batch size, not on the number of ranks: 2 ranks × B and 1 rank × 2B make the same updates.
 */
import { randomIntegers, shuffle } from './random.ts'

/** Sorting by length within a window, not over the whole epoch, keeps batches random: short rows still meet in many ways. */
const windowBatches = 50

/** Purposes of random numbers: each has a stream of its own. */
const rowOrder = 1
const batchOrder = 2

export interface SamplerOptions {
  /** Tokens of each row. */
  lengths: Int32Array | readonly number[]
  /** Rows per rank and micro-step. */
  microBatch: number
  gradAccumSteps: number
  worldSize: number
  rank: number
  seed: number
  /** False: rows in their own order, and no sorting. */
  shuffle: boolean
}

/** A stretch of an epoch, made by a group of some size. */
export interface EpochSegment {
  worldSize: number
  steps: number
}

export class DistributedSampler {
  /** The same on every rank. */
  readonly stepsPerEpoch: number
  private readonly options: SamplerOptions
  private readonly globalBatch: number
  private epoch = 0
  private done: readonly EpochSegment[] = []

  constructor(options: SamplerOptions) {
    this.options = options
    this.globalBatch = this.globalBatchOf(options.worldSize)
    this.stepsPerEpoch = Math.ceil(options.lengths.length / this.globalBatch)
  }

  // region set-epoch
  /** Call before each epoch: without it, every epoch would come in the same order. */
  setEpoch(epoch: number, done: readonly EpochSegment[] = []): void {
    this.epoch = epoch
    this.done = done
  }
  // endregion

  /**
   * The rows of each optimizer step that is left of the epoch, over all ranks; one of them may be smaller than the others.
   * Where groups of other sizes have made a part of it, the rows that they left are cut anew: still every row once.
   */
  globalBatches(): Int32Array[] {
    let worldSize = this.done[0]?.worldSize ?? this.options.worldSize
    let batches = this.wholeEpoch(this.globalBatchOf(worldSize))
    const cutFor = (size: number): void => {
      if (size !== worldSize) batches = slices(Int32Array.from(batches.flatMap((batch) => [...batch])), this.globalBatchOf(size))
      worldSize = size
    }
    for (const segment of this.done) {
      cutFor(segment.worldSize)
      batches = batches.slice(segment.steps)
    }
    cutFor(this.options.worldSize)
    return batches
  }

  // region shares
  /**
   * For each optimizer step this rank's `gradAccumSteps` micro-batches of row indices. In the smaller batch of an epoch
   * ranks may get unequal shares and micro-batches may be empty: gradients are divided by the global example count.
   */
  *steps(): Generator<Int32Array[]> {
    const { microBatch, gradAccumSteps, rank, worldSize } = this.options
    for (const batch of this.globalBatches()) {
      const share = batch.filter((_, position) => position % worldSize === rank)
      yield Array.from({ length: gradAccumSteps }, (_, micro) => share.subarray(micro * microBatch, (micro + 1) * microBatch))
    }
  }
  // endregion

  private globalBatchOf(worldSize: number): number {
    return this.options.microBatch * this.options.gradAccumSteps * worldSize
  }

  private wholeEpoch(globalBatch: number): Int32Array[] {
    const { lengths, seed } = this.options
    const order = Int32Array.from(lengths, (_, row) => row)
    if (!this.options.shuffle) return slices(order, globalBatch)
    shuffle(order, randomIntegers(seed, this.epoch, rowOrder))
    for (const window of slices(order, windowBatches * globalBatch)) window.sort((a, b) => lengths[a] - lengths[b])
    return shuffle(slices(order, globalBatch), randomIntegers(seed, this.epoch, batchOrder))
  }
}

// region evaluation
/** Rows 0 to `count` - 1 dealt out like cards: each belongs to exactly one rank. */
export function evaluationShard(count: number, worldSize: number, rank: number): Int32Array {
  return Int32Array.from({ length: Math.max(0, Math.ceil((count - rank) / worldSize)) }, (_, index) => rank + index * worldSize)
}
// endregion

/** Consecutive views of `size` elements; the last may be shorter. */
function slices(data: Int32Array, size: number): Int32Array[] {
  return Array.from({ length: Math.ceil(data.length / size) }, (_, index) => data.subarray(index * size, (index + 1) * size))
}
