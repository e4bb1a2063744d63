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

export class DistributedSampler {
  /** The same on every rank. */
  readonly stepsPerEpoch: number
  private readonly options: SamplerOptions
  private readonly globalBatch: number
  private epoch = 0

  constructor(options: SamplerOptions) {
    this.options = options
    this.globalBatch = options.microBatch * options.gradAccumSteps * options.worldSize
    this.stepsPerEpoch = Math.ceil(options.lengths.length / this.globalBatch)
  }

  /** Call before each epoch: without it, every epoch would come in the same order. */
  setEpoch(epoch: number): void {
    this.epoch = epoch
  }

  /** The rows of each optimizer step over all ranks; one of them may be smaller than the others. */
  globalBatches(): Int32Array[] {
    const { lengths, seed } = this.options
    const order = Int32Array.from(lengths, (_, row) => row)
    if (!this.options.shuffle) return slices(order, this.globalBatch)
    shuffle(order, randomIntegers(seed, this.epoch, rowOrder))
    for (const window of slices(order, windowBatches * this.globalBatch)) window.sort((a, b) => lengths[a] - lengths[b])
    return shuffle(slices(order, this.globalBatch), randomIntegers(seed, this.epoch, batchOrder))
  }

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
}

/** Rows 0 to `count` - 1 dealt out like cards: each belongs to exactly one rank. */
export function evaluationShard(count: number, worldSize: number, rank: number): Int32Array {
  return Int32Array.from({ length: Math.max(0, Math.ceil((count - rank) / worldSize)) }, (_, index) => rank + index * worldSize)
}

/** Consecutive views of `size` elements; the last may be shorter. */
function slices(data: Int32Array, size: number): Int32Array[] {
  return Array.from({ length: Math.ceil(data.length / size) }, (_, index) => data.subarray(index * size, (index + 1) * size))
}
