/**
 * The classifier that only answers: the engine's `forward()` as one ONNX graph with the weights inside, which ONNX Runtime
 * arranges for its kernels once. Batches are packed as in training, but to the token: no shape costs a compilation here, so
 * nothing is rounded up.
 */
import { Tensor, type InferenceSession } from 'onnxruntime-node'
import type { Batch } from '../data/types.ts'
import { BatchBuffers, type LayoutPart } from '../engine/batch-buffers.ts'
import type { Classifier } from '../engine/classifier.ts'
import { encodeGraph } from '../onnx/graph.ts'
import { InputLayout } from '../onnx/layout.ts'
import { recordModel, type Weights } from '../onnx/record-model.ts'
import type { ModelConfig } from '../../shared/domain/model-config.ts'
import { openCpuSession } from './cpu-session.ts'

export class FrozenClassifier implements Pick<Classifier, 'logits' | 'labelCount'> {
  readonly labelCount: number
  readonly #heads: number
  readonly #session: InferenceSession

  private constructor(session: InferenceSession, { labels, nHeads }: ModelConfig) {
    this.#session = session
    this.labelCount = labels.length
    this.#heads = nHeads
  }

  /** `weights` are copied. `threads` are ONNX Runtime's. */
  static async create(config: ModelConfig, weights: Weights, threads: number): Promise<FrozenClassifier> {
    const model = encodeGraph(recordModel(config, weights, InputLayout), config.labels.length)
    return new FrozenClassifier(await openCpuSession(model, threads), config)
  }

  /** [rows × labels]. */
  async logits(batch: Batch): Promise<Float32Array> {
    const { rows, length } = batch
    // Filling rows have one token. Where there is padding, one blank row stands for all of it.
    const tokens = batch.tokenCount + rows - batch.exampleCount
    const flat = Math.min(rows * length, tokens + 1)
    const buffers = new BatchBuffers({ rows, length, flat }, this.#heads, this.labelCount, { forGradients: false })
    buffers.fill(batch)
    const parts = buffers.parts()
    const feeds: Record<string, Tensor> = {}
    for (const name of this.#session.inputNames) {
      const { data, shape } = parts[name as LayoutPart]
      feeds[name] = new Tensor(data instanceof Int32Array ? 'int32' : 'float32', data, shape)
    }
    const { logits } = await this.#session.run(feeds)
    return logits!.data as Float32Array
  }

  close(): Promise<void> {
    return this.#session.release()
  }
}
