/**
 * A tensor that stays on the device between runs: a run that wants it leaves its output here, the next one reads it
 * where it lies. Device memory is not collected as garbage, so whatever is replaced is disposed of at once; the counts
 * let a test prove it. Its content comes to the host only through a graph that copies it (ONNX Runtime's own way of
 * reading such a tensor ends the process).
 */
import type { Tensor } from 'onnxruntime-node'
import { LazyValue, type Shape } from './graph.ts'

export class Resident {
  static createdCount = 0
  static disposedCount = 0
  readonly shape: Shape
  #tensor: Tensor | null = null

  constructor(shape: Shape) {
    this.shape = shape
  }

  /** Throws where nothing has been computed into it yet. */
  get tensor(): Tensor {
    if (this.#tensor === null) throw new Error('Nothing has been computed into this tensor of the device yet')
    return this.#tensor
  }

  /** Takes over a tensor that a run has made on the device. */
  replace(tensor: Tensor): void {
    // A host tensor here would be read by the next run as if it lay on the device.
    if (tensor.location !== 'gpu-buffer') throw new Error(`The run left its output on ${tensor.location}, not on the device`)
    this.dispose()
    Resident.createdCount++
    this.#tensor = tensor
  }

  /** Takes the content of `other`, which is empty afterwards. Nothing is copied. */
  take(other: Resident): void {
    const taken = other.tensor
    this.dispose()
    this.#tensor = taken
    other.#tensor = null
  }

  dispose(): void {
    if (this.#tensor === null) return
    this.#tensor.dispose()
    this.#tensor = null
    Resident.disposedCount++
  }
}

/** What `resident` holds when the graph runs. */
export const residentLeaf = (resident: Resident): LazyValue => new LazyValue(resident.shape, 'float32', { kind: 'resident', resident })
