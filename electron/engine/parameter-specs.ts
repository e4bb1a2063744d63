/** The parameters of `DistilBertForSequenceClassification`, named and ordered as in transformers. */
import type { ModelConfig } from '../../shared/domain/model-config.ts'

export interface ParameterSpec {
  /** transformers' name. */
  name: string
  shape: readonly number[]
  size: number
  /** Whether weight decay applies: not to biases and LayerNorm. */
  decay: boolean
}

/** In registration order: the order in which PyTorch lists them, reversed for gradient buckets. */
export function parameterSpecs(config: ModelConfig): ParameterSpec[] {
  const { dim, hiddenDim, vocabSize, maxPositionEmbeddings, nLayers, labels } = config
  const matrix = (name: string, rows: number, columns: number): ParameterSpec => ({
    name,
    shape: [rows, columns],
    size: rows * columns,
    decay: true,
  })
  const vector = (name: string, size: number): ParameterSpec => ({ name, shape: [size], size, decay: false })
  const linear = (name: string, inputs: number, outputs: number): ParameterSpec[] => [
    matrix(`${name}.weight`, outputs, inputs),
    vector(`${name}.bias`, outputs),
  ]
  const layerNorm = (name: string): ParameterSpec[] => [vector(`${name}.weight`, dim), vector(`${name}.bias`, dim)]

  const layers = Array.from({ length: nLayers }, (_, layer) => {
    const prefix = layerPrefix(layer)
    return [
      ...['q_lin', 'k_lin', 'v_lin', 'out_lin'].flatMap((name) => linear(`${prefix}.attention.${name}`, dim, dim)),
      ...layerNorm(`${prefix}.sa_layer_norm`),
      ...linear(`${prefix}.ffn.lin1`, dim, hiddenDim),
      ...linear(`${prefix}.ffn.lin2`, hiddenDim, dim),
      ...layerNorm(`${prefix}.output_layer_norm`),
    ]
  })
  return [
    matrix(wordEmbeddingsName, vocabSize, dim),
    matrix(positionEmbeddingsName, maxPositionEmbeddings, dim),
    ...layerNorm('distilbert.embeddings.LayerNorm'),
    ...layers.flat(),
    ...linear('pre_classifier', dim, dim),
    ...linear('classifier', dim, labels.length),
  ]
}

export const wordEmbeddingsName = 'distilbert.embeddings.word_embeddings.weight'
export const positionEmbeddingsName = 'distilbert.embeddings.position_embeddings.weight'
/** Row of the word embeddings that is zero and gets no gradient. */
export const paddingId = 0
export const layerPrefix = (layer: number): string => `distilbert.transformer.layer.${layer}`
