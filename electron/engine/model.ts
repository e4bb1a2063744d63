/**
 * DistilBertForSequenceClassification and BertForSequenceClassification (transformers): embeddings, post-LN transformer
 * blocks, the first position's vector through a dense layer and the classifier. Written in TensorFlow.js operations on
 * flat [tokens, dim] matrices, without padding (see packing.ts). In the last block only the first position is computed:
 * the classifier reads no other, and results and gradients are the same.
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
import { modelNames, paddingId, type BlockNames } from './parameter-specs.ts'

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
export function forward({ architecture, nLayers, dim, layerNormEpsilon }: ModelConfig, inputs: ForwardInputs): tf.Tensor {
  const names = modelNames[architecture]
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
  const attend = (x: tf.Tensor, asking: tf.Tensor, layer: number, { query: queryName, key, value }: BlockNames): tf.Tensor => {
    const query = linearLayer(asking, queryName)
    const dropout = inputs.dropout(`attention.${layer}`)
    if (asking !== x) {
      const keysAndValues = {
        keyWeight: parameter(`${key}.weight`),
        keyBias: parameter(`${key}.bias`),
        valueWeight: parameter(`${value}.weight`),
        valueBias: parameter(`${value}.bias`),
      }
      return firstPositionAttention({ query, tokens: x, ...keysAndValues }, mask, dropout, layout)
    }
    // A shift of all keys moves all scores of a query alike, which softmax does not feel. AdamW would turn the rounding
    // noise of that gradient into steps of full size.
    const keys = linearLayer(x, key, { biasCancels: true })
    return attention([query, keys, linearLayer(x, value)], mask, dropout, layout)
  }

  // region block
  const transform = (x: tf.Tensor, layer: number): tf.Tensor => {
    const block = names.block(layer)
    const asking = layer === nLayers - 1 && !wholeLastLayer ? firstPositions(x) : x
    const context = drop(linearLayer(attend(x, asking, layer, block), block.attentionOutput), `attention_output.${layer}`)
    const attended = normalise(tf.add(context, asking), block.attentionNorm)
    const hidden = scaledGelu(linearLayer(attended, block.ffnIn, { scale: geluScale }))
    const output = drop(linearLayer(hidden, block.ffnOut, { inputScale: geluScale }), `ffn.${layer}`)
    return normalise(tf.add(output, attended), block.ffnNorm)
  }
  // endregion

  /** A headline is one segment: its tokens are all of type 0, so that type's row may as well be part of every position's. */
  const positions = (): tf.Tensor => {
    const table = parameter(names.positionEmbeddings)
    return names.typeEmbeddings === null ? table : tf.add(table, tf.slice(parameter(names.typeEmbeddings), [0, 0], [1, dim]))
  }

  const embedded = embed(layout, parameter(names.wordEmbeddings), positions(), paddingId)
  let x = drop(normalise(embedded, names.embeddingNorm), 'embeddings')
  for (let layer = 0; layer < nLayers; layer++) x = transform(x, layer)
  if (wholeLastLayer) x = firstPositions(x)
  const pooled = linearLayer(x, names.pooler)
  const activated = architecture === 'bert' ? tf.tanh(pooled) : tf.relu(pooled)
  return linearLayer(drop(activated, 'classifier'), names.classifier)
}
