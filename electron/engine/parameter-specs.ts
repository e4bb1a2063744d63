/**
 * The parameters of `DistilBertForSequenceClassification` and `BertForSequenceClassification`, named and ordered as in
 * transformers. The two differ in names, in BERT's token types, and in little else: one table of names serves both.
 */
import type { Architecture, ModelConfig } from '../../shared/domain/model-config.ts'

export interface ParameterSpec {
  /** transformers' name. */
  name: string
  shape: readonly number[]
  size: number
  /** Whether weight decay applies: not to biases and LayerNorm. */
  decay: boolean
  /** 0 in the embeddings, 1 … n in the blocks, n + 1 in the head. Never falls in the order of the list. */
  depth: number
}

type PlainSpec = Omit<ParameterSpec, 'depth'>

/** Row of the word embeddings that gets no gradient; zero in fresh models. */
export const paddingId = 0

/** Parameters, gradients, moments and scratch share a memory of 4 GiB (parameters.ts); a little of it is for padding. */
export const largestParameterCount = 210_000_000

/** Names of one block, without `.weight` and `.bias`. */
export interface BlockNames {
  query: string
  key: string
  value: string
  attentionOutput: string
  attentionNorm: string
  /** Feed-forward: to `hiddenDim` and back. */
  ffnIn: string
  ffnOut: string
  ffnNorm: string
}

export interface ModelNames {
  wordEmbeddings: string
  positionEmbeddings: string
  /** Null where the architecture has no token types. */
  typeEmbeddings: string | null
  embeddingNorm: string
  block: (layer: number) => BlockNames
  /** What the head makes of the first position's vector before `classifier`. */
  pooler: string
  classifier: string
}

export const modelNames: Record<Architecture, ModelNames> = {
  distilbert: {
    wordEmbeddings: 'distilbert.embeddings.word_embeddings.weight',
    positionEmbeddings: 'distilbert.embeddings.position_embeddings.weight',
    typeEmbeddings: null,
    embeddingNorm: 'distilbert.embeddings.LayerNorm',
    block: (layer) => {
      const prefix = `distilbert.transformer.layer.${layer}`
      return {
        query: `${prefix}.attention.q_lin`,
        key: `${prefix}.attention.k_lin`,
        value: `${prefix}.attention.v_lin`,
        attentionOutput: `${prefix}.attention.out_lin`,
        attentionNorm: `${prefix}.sa_layer_norm`,
        ffnIn: `${prefix}.ffn.lin1`,
        ffnOut: `${prefix}.ffn.lin2`,
        ffnNorm: `${prefix}.output_layer_norm`,
      }
    },
    pooler: 'pre_classifier',
    classifier: 'classifier',
  },
  bert: {
    wordEmbeddings: 'bert.embeddings.word_embeddings.weight',
    positionEmbeddings: 'bert.embeddings.position_embeddings.weight',
    typeEmbeddings: 'bert.embeddings.token_type_embeddings.weight',
    embeddingNorm: 'bert.embeddings.LayerNorm',
    block: (layer) => {
      const prefix = `bert.encoder.layer.${layer}`
      return {
        query: `${prefix}.attention.self.query`,
        key: `${prefix}.attention.self.key`,
        value: `${prefix}.attention.self.value`,
        attentionOutput: `${prefix}.attention.output.dense`,
        attentionNorm: `${prefix}.attention.output.LayerNorm`,
        ffnIn: `${prefix}.intermediate.dense`,
        ffnOut: `${prefix}.output.dense`,
        ffnNorm: `${prefix}.output.LayerNorm`,
      }
    },
    pooler: 'bert.pooler.dense',
    classifier: 'classifier',
  },
}

/** In registration order: the order in which PyTorch lists them, reversed for gradient buckets. */
export function parameterSpecs(config: ModelConfig): ParameterSpec[] {
  const { architecture, dim, hiddenDim, vocabSize, maxPositionEmbeddings, typeVocabSize, nLayers, labels } = config
  const names = modelNames[architecture]
  const matrix = (name: string, rows: number, columns: number): PlainSpec => ({
    name,
    shape: [rows, columns],
    size: rows * columns,
    decay: true,
  })
  const vector = (name: string, size: number): PlainSpec => ({ name, shape: [size], size, decay: false })
  const linear = (name: string, inputs: number, outputs: number): PlainSpec[] => [
    matrix(`${name}.weight`, outputs, inputs),
    vector(`${name}.bias`, outputs),
  ]
  const layerNorm = (name: string): PlainSpec[] => [vector(`${name}.weight`, dim), vector(`${name}.bias`, dim)]

  const blocks = Array.from({ length: nLayers }, (_, layer) => {
    const block = names.block(layer)
    return [
      ...[block.query, block.key, block.value, block.attentionOutput].flatMap((name) => linear(name, dim, dim)),
      ...layerNorm(block.attentionNorm),
      ...linear(block.ffnIn, dim, hiddenDim),
      ...linear(block.ffnOut, hiddenDim, dim),
      ...layerNorm(block.ffnNorm),
    ]
  })
  const embeddings = [
    matrix(names.wordEmbeddings, vocabSize, dim),
    matrix(names.positionEmbeddings, maxPositionEmbeddings, dim),
    ...(names.typeEmbeddings === null ? [] : [matrix(names.typeEmbeddings, typeVocabSize, dim)]),
    ...layerNorm(names.embeddingNorm),
  ]
  const head = [...linear(names.pooler, dim, dim), ...linear(names.classifier, dim, labels.length)]
  return [embeddings, ...blocks, head].flatMap((specs, depth) => specs.map((spec) => ({ ...spec, depth })))
}

export const countParameters = (specs: readonly ParameterSpec[]): number => specs.reduce((sum, { size }) => sum + size, 0)
