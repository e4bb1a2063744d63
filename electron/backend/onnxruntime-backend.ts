/**
 * The TensorFlow.js backend: keeps, for each data id, the lazy value behind it. A read captures and runs what is
 * needed for it. Only asynchronous reads exist, because ONNX Runtime's public interface is asynchronous.
 */
import { tf } from './tf.ts'
import type { Executor } from './executor.ts'
import { leaf, type ElementType, type LazyValue, type Shape, type TypedData } from './graph.ts'

export const backendName = 'onnxruntime'

interface Stored {
  value: LazyValue
  refCount: number
}

export class OnnxRuntimeBackend extends tf.KernelBackend {
  readonly executor: Executor
  /** Threads of graphs captured by reads. */
  readonly #threads: number
  readonly #storage = new tf.DataStorage<Stored>(this, tf.engine())

  constructor(executor: Executor, threads: number) {
    super()
    this.executor = executor
    this.#threads = threads
  }

  lazyValue(tensor: { dataId: object }): LazyValue {
    return this.#storage.get(tensor.dataId).value
  }

  /** Registers a lazy value as the content of a new tensor. */
  store(value: LazyValue, refCount = 1): tf.TensorInfo {
    const dataId = {}
    this.#storage.set(dataId, { value, refCount })
    return { dataId, shape: [...value.shape], dtype: value.type === 'int64' ? 'int32' : value.type }
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    return this.store(leafOf(values, shape, dtype)).dataId
  }

  override move(dataId: object, values: tf.BackendValues, shape: number[], dtype: tf.DataType, refCount: number): void {
    this.#storage.set(dataId, { value: leafOf(values, shape, dtype), refCount })
  }

  override async read(dataId: object): Promise<TypedData & tf.BackendValues> {
    const value = this.#storage.get(dataId).value
    if (value.source.kind !== 'leaf') {
      const graph = this.executor.capture([{ value }], this.#threads)
      await graph.run()
      value.source = { kind: 'leaf', data: graph.results[0]!, isElastic: false }
    }
    return value.source.data as TypedData & tf.BackendValues
  }

  override readSync(): never {
    throw new Error('This backend reads asynchronously: use data(), not dataSync()')
  }

  override incRef(dataId: object): void {
    this.#storage.get(dataId).refCount++
  }

  override refCount(dataId: object): number {
    return this.#storage.has(dataId) ? this.#storage.get(dataId).refCount : 0
  }

  override disposeData(dataId: object, force = false): boolean {
    if (!this.#storage.has(dataId)) return true
    const stored = this.#storage.get(dataId)
    stored.refCount--
    if (!force && stored.refCount > 0) return false
    this.#storage.delete(dataId)
    return true
  }

  override numDataIds(): number {
    return this.#storage.numDataIds()
  }

  override memory(): { unreliable: boolean; reasons: string[] } {
    return { unreliable: true, reasons: ['Intermediate values live inside ONNX Runtime and are not counted.'] }
  }

  override floatPrecision(): 32 {
    return 32
  }

  override epsilon(): number {
    return 1e-7
  }

  override dispose(): void {
    void this.executor.sessions.clear()
  }
}

function leafOf(values: tf.BackendValues, shape: Shape, dtype: tf.DataType): LazyValue {
  const type = supportedType(dtype)
  const isRightArray = values instanceof { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[type]
  const data = isRightArray ? (values as TypedData) : toTyped(values as ArrayLike<number>, type)
  return leaf(data, shape, type)
}

export function supportedType(dtype: string): Exclude<ElementType, 'int64'> {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype
  throw new Error(`The ${backendName} backend has no tensors of type ${dtype}`)
}

function toTyped(values: ArrayLike<number>, type: Exclude<ElementType, 'int64'>): TypedData {
  const typed = type === 'float32' ? Float32Array : type === 'int32' ? Int32Array : Uint8Array
  return typed.from(values)
}
