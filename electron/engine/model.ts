/**
 * DistilBertForSequenceClassification (transformers): embeddings, post-LN transformer blocks, the first position's
 * vector through pre_classifier, ReLU and classifier. Written in TensorFlow.js operations on flat [tokens, dim]
 * matrices, without padding (see packing.ts). In the last block only the first position is computed: the classifier reads no other, and results and
 * gradients are the same.
 */
import type { ModelConfig } from '../../shared/domain/model-config.ts'
import {
  attention,
  embed,
  firstPositionAttention,
  geluScale,
  layerNorm,
  linear,
  scaledGelu,
  tf,
  type LinearOptions,
  type TokenLayout,
} from '../backend/index.ts'
import { layerPrefix, paddingId, positionEmbeddingsName, wordEmbeddingsName } from './parameter-specs.ts'

const layerNormEpsilon = 1e-12

export interface ForwardInputs {
  layout: TokenLayout
  /** [rows, 1, 1, length], 0 or a large negative number, added to attention scores. */
  mask: tf.Tensor
  parameter: (name: string) => tf.Tensor
  /** Factors of a dropout site by name (see dropout.ts), or null where nothing is dropped. */
  dropout: (site: string) => tf.Tensor | null
  /** Computes the last block for all positions, as other implementations do: the same result for more work. */
  wholeLastLayer: boolean
}

/** Returns the logits [rows, labels]. */
export function forward({ nLayers, dim }: ModelConfig, inputs: ForwardInputs): tf.Tensor {
  const { layout, mask, parameter, wholeLastLayer } = inputs
  const linearLayer = (x: tf.Tensor, name: string, linearOptions?: LinearOptions): tf.Tensor =>
    linear(x, parameter(`${name}.weight`), parameter(`${name}.bias`), linearOptions)
  const normalise = (x: tf.Tensor, name: string): tf.Tensor =>
    layerNorm(x, parameter(`${name}.weight`), parameter(`${name}.bias`), layerNormEpsilon)
  const drop = (x: tf.Tensor, site: string): tf.Tensor => {
    const factors = inputs.dropout(site)
    return factors ? tf.mul(x, factors) : x
  }

  /** [flat, dim] → [rows, dim]: the [CLS] token of each row. */
  const firstPositions = (x: tf.Tensor): tf.Tensor => tf.slice(x, [0, 0], [layout.rows, dim])

  /** What every position, or only the first, gathers from all positions of its row. */
  const attend = (x: tf.Tensor, asking: tf.Tensor, layer: number): tf.Tensor => {
    const name = `${layerPrefix(layer)}.attention`
    const query = linearLayer(asking, `${name}.q_lin`)
    const dropout = inputs.dropout(`attention.${layer}`)
    if (asking !== x) {
      const keysAndValues = {
        keyWeight: parameter(`${name}.k_lin.weight`),
        keyBias: parameter(`${name}.k_lin.bias`),
        valueWeight: parameter(`${name}.v_lin.weight`),
        valueBias: parameter(`${name}.v_lin.bias`),
      }
      return firstPositionAttention({ query, tokens: x, ...keysAndValues }, mask, dropout, layout)
    }
    // A shift of all keys moves all scores of a query alike, which softmax does not feel. AdamW would turn the rounding
    // noise of that gradient into steps of full size.
    const keys = linearLayer(x, `${name}.k_lin`, { biasCancels: true })
    return attention([query, keys, linearLayer(x, `${name}.v_lin`)], mask, dropout, layout)
  }

  // region block
  const block = (x: tf.Tensor, layer: number): tf.Tensor => {
    const prefix = layerPrefix(layer)
    const asking = layer === nLayers - 1 && !wholeLastLayer ? firstPositions(x) : x
    const context = attend(x, asking, layer)
    const attended = normalise(tf.add(linearLayer(context, `${prefix}.attention.out_lin`), asking), `${prefix}.sa_layer_norm`)
    const hidden = scaledGelu(linearLayer(attended, `${prefix}.ffn.lin1`, { scale: geluScale }))
    const output = drop(linearLayer(hidden, `${prefix}.ffn.lin2`, { inputScale: geluScale }), `ffn.${layer}`)
    return normalise(tf.add(output, attended), `${prefix}.output_layer_norm`)
  }
  // endregion

  const embedded = embed(layout, parameter(wordEmbeddingsName), parameter(positionEmbeddingsName), paddingId)
  let x = drop(normalise(embedded, 'distilbert.embeddings.LayerNorm'), 'embeddings')
  for (let layer = 0; layer < nLayers; layer++) x = block(x, layer)
  if (wholeLastLayer) x = firstPositions(x)
  const pooled = drop(tf.relu(linearLayer(x, 'pre_classifier')), 'classifier')
  return linearLayer(pooled, 'classifier')
}
