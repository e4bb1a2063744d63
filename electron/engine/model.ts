/**
 * DistilBertForSequenceClassification (transformers): embeddings, post-LN transformer blocks, the first position's
 * vector through pre_classifier, ReLU and classifier. Written in TensorFlow.js operations on flat [tokens, dim]
 * matrices. In the last block only the first position is computed beyond keys and values: the classifier reads no
 * other, and results and gradients are the same.
 */
import type { ModelConfig } from '../../shared/domain/model-config.ts'
import { attention, embed, geluScale, layerNorm, linear, scaledGelu, tf, type LinearOptions } from '../backend/index.ts'
import { layerPrefix, paddingId, positionEmbeddingsName, wordEmbeddingsName } from './parameter-specs.ts'

const layerNormEpsilon = 1e-12

export interface ForwardInputs {
  rows: number
  length: number
  /** int32 [rows, length] */
  ids: tf.Tensor
  /** [rows, 1, 1, length], 0 or a large negative number, added to attention scores. */
  mask: tf.Tensor
  parameter: (name: string) => tf.Tensor
  /** Factors of a dropout site by name (see dropout.ts), or null where nothing is dropped. */
  dropout: (site: string) => tf.Tensor | null
}

/** Returns the logits [rows, labels]. */
export function forward({ nLayers, nHeads, dim }: ModelConfig, inputs: ForwardInputs): tf.Tensor {
  const { rows, length, ids, mask, parameter } = inputs
  const linearLayer = (x: tf.Tensor, name: string, linearOptions?: LinearOptions): tf.Tensor =>
    linear(x, parameter(`${name}.weight`), parameter(`${name}.bias`), linearOptions)
  const normalise = (x: tf.Tensor, name: string): tf.Tensor =>
    layerNorm(x, parameter(`${name}.weight`), parameter(`${name}.bias`), layerNormEpsilon)
  const drop = (x: tf.Tensor, site: string): tf.Tensor => {
    const factors = inputs.dropout(site)
    return factors ? tf.mul(x, factors) : x
  }

  const block = (x: tf.Tensor, layer: number): tf.Tensor => {
    const prefix = layerPrefix(layer)
    const queryLength = layer === nLayers - 1 ? 1 : length
    const asking = queryLength === length ? x : firstPositions(x, rows, length, dim)
    const projections: [tf.Tensor, tf.Tensor, tf.Tensor] = [
      linearLayer(asking, `${prefix}.attention.q_lin`),
      // A shift of all keys moves all scores of a query alike, which softmax does not feel. AdamW would turn the rounding
      // noise of that gradient into steps of full size.
      linearLayer(x, `${prefix}.attention.k_lin`, { biasCancels: true }),
      linearLayer(x, `${prefix}.attention.v_lin`),
    ]
    const context = attention(projections, mask, inputs.dropout(`attention.${layer}`), { rows, length, heads: nHeads, queryLength })
    const attended = normalise(tf.add(linearLayer(context, `${prefix}.attention.out_lin`), asking), `${prefix}.sa_layer_norm`)
    const hidden = scaledGelu(linearLayer(attended, `${prefix}.ffn.lin1`, { scale: geluScale }))
    const output = drop(linearLayer(hidden, `${prefix}.ffn.lin2`, { inputScale: geluScale }), `ffn.${layer}`)
    return normalise(tf.add(output, attended), `${prefix}.output_layer_norm`)
  }

  const embedded = embed(ids, parameter(wordEmbeddingsName), parameter(positionEmbeddingsName), paddingId)
  let x = drop(normalise(embedded, 'distilbert.embeddings.LayerNorm'), 'embeddings')
  for (let layer = 0; layer < nLayers; layer++) x = block(x, layer)
  const pooled = drop(tf.relu(linearLayer(x, 'pre_classifier')), 'classifier')
  return linearLayer(pooled, 'classifier')
}

/** [rows·length, dim] → [rows, dim]: the [CLS] token of each row. */
function firstPositions(x: tf.Tensor, rows: number, length: number, dim: number): tf.Tensor {
  return tf.slice(tf.reshape(x, [rows, length * dim]), [0, 0], [rows, dim])
}
