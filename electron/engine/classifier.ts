/**
 * The model as training and inference see it: gradients of a batch into the arena, logits of a batch. For each batch
 * shape the graph is traced once; every later batch only rewrites its input buffers and runs it again. All shapes are
 * one ONNX model with open dimensions: one session, one set of working memory.
 */
import type { ModelConfig } from '../../shared/domain/model-config.ts'
import {
  createBackend,
  crossEntropySum,
  leaf,
  lazy,
  tensorOf,
  tf,
  type CapturedGraph,
  type OnnxRuntimeBackend,
  type TokenLayout,
  type Wanted,
} from '../backend/index.ts'
import type { Batch } from '../data/types.ts'
import { BatchBuffers } from './batch-buffers.ts'
import { dropoutSites, MaskPool, type DropoutMask } from './dropout.ts'
import type { StepSums } from './gradient-sync.ts'
import { forward } from './model.ts'
import { packedShape, type PackedShape } from './packing.ts'
import { HostStore, type ParameterStore } from './parameter-store.ts'
import type { ParameterArena } from './parameters.ts'
import type { DropoutCounter } from './random.ts'

export interface Classifier {
  readonly labelCount: number
  /**
   * Overwrites the store's gradients with the sums, over the examples of `batch`, of the gradients of their losses.
   * `dropout` null: none; otherwise the model's rates, drawn from this counter.
   */
  gradients(batch: Batch, dropout: DropoutCounter | null): Promise<BatchSums>
  /** The sum of the losses alone, as `gradients` computes it on its way: what the forward pass costs by itself. */
  loss(batch: Batch, dropout: DropoutCounter | null): Promise<number>
  /** [rows × labels], filling rows included, without dropout. */
  logits(batch: Batch): Promise<Float32Array>
  dispose(): void
}

export interface BatchSums extends StepSums {
  tokenCount: number
  /** Rows of the matrices that were multiplied: `tokenCount`, and what padding was computed. */
  computedTokenCount: number
}

export interface ClassifierOptions {
  config: ModelConfig
  arena: ParameterArena
  /** Where the parameters live, and so what computes; absent: the arena, on the CPU. */
  store?: ParameterStore
  /** Of ONNX Runtime, inside an operator. */
  threads: number
  /** Work that other implementations do and that changes no result. */
  comparison?: Comparison
}

interface Comparison {
  /** See `ForwardInputs`. */
  wholeLastLayer?: boolean
  /** See `packedShape`. */
  keepPadding?: boolean
}

/** A graph for one batch shape, with the buffers through which batches enter it. */
interface Captured {
  buffers: BatchBuffers
  masks: DropoutMask[]
  graph: CapturedGraph
}

/** Batch shapes whose buffers are kept; beyond it the one captured first is let go. */
const maxCaptured = 128

export const createClassifier = (options: ClassifierOptions): Classifier => new CapturingClassifier(options)

class CapturingClassifier implements Classifier {
  readonly labelCount: number
  readonly #config: ModelConfig
  readonly #store: ParameterStore
  readonly #threads: number
  readonly #comparison: Required<Comparison>
  readonly #backend: OnnxRuntimeBackend
  readonly #parameters: ReadonlyMap<string, tf.Tensor>
  /** Gradients are computed for these: with frozen lower layers the backward pass ends above them. */
  readonly #trainable: tf.Tensor[]
  readonly #captured = new Map<string, Captured>()
  readonly #masks = new MaskPool()
  /** The call before this one: calls share buffers, so each waits for the last. */
  #previous: Promise<unknown> = Promise.resolve()

  constructor({ config, arena, store = new HostStore(arena), threads, comparison = {} }: ClassifierOptions) {
    this.labelCount = config.labels.length
    this.#config = config
    this.#store = store
    this.#threads = threads
    this.#comparison = { wholeLastLayer: false, keepPadding: false, ...comparison }
    this.#backend = createBackend({ threads })
    this.#parameters = new Map(arena.names.map((name) => [name, tf.keep(tensorOf(store.parameter(name)))]))
    this.#trainable = arena.trainable.map(({ name }) => this.#parameters.get(name)!)
  }

  gradients(batch: Batch, dropout: DropoutCounter | null): Promise<BatchSums> {
    return this.#inTurn(async () => {
      const { exampleCount, tokenCount } = batch
      if (exampleCount === 0) {
        await this.#store.clearGradients()
        return { lossSum: 0, exampleCount, tokenCount, computedTokenCount: 0 }
      }
      const shape = packedShape(batch, this.#comparison.keepPadding)
      const lossSum = await this.#lossOf(batch, shape, dropout, 'gradients')
      return { lossSum, exampleCount, tokenCount, computedTokenCount: shape.flat }
    })
  }

  loss(batch: Batch, dropout: DropoutCounter | null): Promise<number> {
    return this.#inTurn(async () => {
      if (batch.exampleCount === 0) return 0
      return this.#lossOf(batch, packedShape(batch, this.#comparison.keepPadding), dropout, 'loss')
    })
  }

  logits(batch: Batch): Promise<Float32Array> {
    return this.#inTurn(async () => {
      const shape = packedShape(batch, this.#comparison.keepPadding)
      const { buffers, graph } = this.#captureOnce(`logits ${nameOf(shape)}`, () => this.#captureLogits(shape))
      buffers.fill(batch)
      await graph.run()
      return (graph.results[0] as Float32Array).slice()
    })
  }

  dispose(): void {
    for (const tensor of this.#parameters.values()) tensor.dispose()
    this.#captured.clear()
  }

  #inTurn<T>(call: () => Promise<T>): Promise<T> {
    const result = this.#previous.then(call)
    this.#previous = result.catch(() => undefined)
    return result
  }

  #captureOnce(key: string, capture: () => Captured): Captured {
    const known = this.#captured.get(key)
    if (known) return known
    const [oldest] = this.#captured.keys()
    if (oldest !== undefined && this.#captured.size >= maxCaptured) this.#captured.delete(oldest)
    const made = capture()
    this.#captured.set(key, made)
    return made
  }

  /** With `gradients` those too, into the store. */
  async #lossOf(batch: Batch, shape: PackedShape, dropout: DropoutCounter | null, what: 'gradients' | 'loss'): Promise<number> {
    const sites = dropout ? dropoutSites(this.#config, shape, this.#comparison.wholeLastLayer) : []
    // Masks of all shapes share one memory: a larger one makes the graphs over the old one stale.
    if (!this.#masks.fits(sites)) this.#captured.clear()
    const { buffers, masks, graph } = this.#captureOnce(`${what} ${nameOf(shape)} ${sites.length}`, () =>
      this.#captureTraining(shape, this.#masks.allocate(sites), what),
    )
    buffers.fill(batch)
    if (dropout) this.#masks.fill(masks, dropout)
    await graph.run()
    return graph.results[0]![0] as number
  }

  /** The loss and all gradients in one graph: apart, the loss would compute the forward pass a second time. */
  #captureTraining(shape: PackedShape, masks: DropoutMask[], what: 'gradients' | 'loss'): Captured {
    const buffers = new BatchBuffers(shape, this.#config.nHeads, this.labelCount)
    let graph: CapturedGraph | undefined
    tf.tidy(() => {
      const { targets, ...inputs } = buffers.tensors()
      const lossOf = (): tf.Tensor => crossEntropySum(this.#forward(inputs, masks), targets)
      const wanted = what === 'loss' ? [{ value: lazy(lossOf()) }] : this.#lossAndGradients(lossOf)
      graph = this.#backend.executor.capture(wanted, this.#threads, this.#store.device)
    })
    return { buffers, masks, graph: graph! }
  }

  #lossAndGradients(lossOf: () => tf.Tensor): Wanted[] {
    const { value, grads } = tf.valueAndGrads(lossOf)(this.#trainable)
    return [{ value: lazy(value) }, ...this.#store.gradientOutputs(grads.map(lazy))]
  }

  #captureLogits(shape: PackedShape): Captured {
    const buffers = new BatchBuffers(shape, this.#config.nHeads, this.labelCount, { forGradients: false })
    let graph: CapturedGraph | undefined
    tf.tidy(() => {
      const logits = this.#forward(buffers.tensors(), [])
      graph = this.#backend.executor.capture([{ value: lazy(logits) }], this.#threads, this.#store.device)
    })
    return { buffers, masks: [], graph: graph! }
  }

  #forward(inputs: { layout: TokenLayout; mask: tf.Tensor }, masks: readonly DropoutMask[]): tf.Tensor {
    const factors = new Map(masks.map(({ name, shape, factors }) => [name, tensorOf(leaf(factors, shape, 'float32', { isElastic: true }))]))
    return forward(this.#config, {
      layout: inputs.layout,
      mask: inputs.mask,
      parameter: (name) => this.#parameters.get(name)!,
      dropout: (site) => factors.get(site) ?? null,
      wholeLastLayer: this.#comparison.wholeLastLayer,
    })
  }
}

const nameOf = ({ rows, length, flat }: PackedShape): string => `${rows}×${length}, ${flat}`
