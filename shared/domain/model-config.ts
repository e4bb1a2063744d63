/**
 * Sizes of a DistilBERT or BERT sequence classifier, in the words of transformers' `config.json` for DistilBERT, and the
 * lab's presets. Pure arithmetic only: the model itself is `electron/engine/model.ts`.
 */
import { z } from 'zod'

export const modelPresetNames = ['tiny', 'small', 'distilbert'] as const
export const modelPresetNameSchema = z.enum(modelPresetNames)
export type ModelPresetName = z.infer<typeof modelPresetNameSchema>

export const architectureSchema = z.enum(['distilbert', 'bert'])
export type Architecture = z.infer<typeof architectureSchema>
export const architectureTitles: Record<Architecture, string> = { distilbert: 'DistilBERT', bert: 'BERT' }

/** What sets DistilBERT apart from BERT, for whoever writes a configuration by hand. */
export const distilbertTraits = { architecture: 'distilbert', typeVocabSize: 0, layerNormEpsilon: 1e-12 } as const

export const modelConfigSchema = z.object({
  architecture: architectureSchema.default(distilbertTraits.architecture),
  /** Rows of the token-type embeddings; DistilBERT has none. */
  typeVocabSize: z.int().min(0).default(distilbertTraits.typeVocabSize),
  layerNormEpsilon: z.number().positive().default(distilbertTraits.layerNormEpsilon),
  /** Hidden size. */
  dim: z.int().positive(),
  /** Feed-forward size. */
  hiddenDim: z.int().positive(),
  nLayers: z.int().positive(),
  nHeads: z.int().positive(),
  vocabSize: z.int().positive(),
  maxPositionEmbeddings: z.int().positive(),
  dropout: z.number().min(0).lt(1),
  attentionDropout: z.number().min(0).lt(1),
  /** Dropout before the last linear layer. */
  seqClassifDropout: z.number().min(0).lt(1),
  /** Class names in index order. */
  labels: z.array(z.string()).min(2),
})
export type ModelConfig = z.infer<typeof modelConfigSchema>

interface ModelPreset {
  title: string
  description: string
  dim: number
  hiddenDim: number
  nLayers: number
  nHeads: number
  vocabSize: number
  maxPositionEmbeddings: number
  /** What a run of this model uses where nothing else is said. From random weights, a small model needs more passes. */
  recipe: { epochs: number; learningRate: number; dropout: number }
}

/** `vocabSize` is the wish: a vocabulary trained on a small corpus may come out smaller. */
export const modelPresets: Record<ModelPresetName, ModelPreset> = {
  tiny: {
    title: 'Tiny',
    description: '2 layers × 128: trains on the starter set in seconds on any laptop',
    dim: 128,
    hiddenDim: 512,
    nLayers: 2,
    nHeads: 2,
    vocabSize: 8_000,
    maxPositionEmbeddings: 128,
    recipe: { epochs: 6, learningRate: 5e-4, dropout: 0.2 },
  },
  small: {
    title: 'Small',
    description: '4 layers × 256: AG News in minutes on a CPU',
    dim: 256,
    hiddenDim: 1024,
    nLayers: 4,
    nHeads: 4,
    vocabSize: 8_000,
    maxPositionEmbeddings: 256,
    recipe: { epochs: 3, learningRate: 5e-4, dropout: 0.1 },
  },
  distilbert: {
    title: 'DistilBERT',
    description: '6 layers × 768, vocabulary 30,522: the size of distilbert-base-uncased',
    dim: 768,
    hiddenDim: 3072,
    nLayers: 6,
    nHeads: 12,
    vocabSize: 30_522,
    maxPositionEmbeddings: 512,
    recipe: { epochs: 3, learningRate: 1e-4, dropout: 0.1 },
  },
}

type Sizes = Pick<ModelConfig, 'dim' | 'hiddenDim' | 'nLayers' | 'vocabSize' | 'maxPositionEmbeddings'> & { typeVocabSize?: number }

const linear = (inputs: number, outputs: number): number => inputs * outputs + outputs

/** Number of parameters without the head: what every checkpoint of these sizes holds. */
export function countEncoderParameters(c: Sizes): number {
  const layerNorm = 2 * c.dim
  const embeddings = (c.vocabSize + c.maxPositionEmbeddings + (c.typeVocabSize ?? 0)) * c.dim + layerNorm
  const block = 4 * linear(c.dim, c.dim) + layerNorm + linear(c.dim, c.hiddenDim) + linear(c.hiddenDim, c.dim) + layerNorm
  return embeddings + c.nLayers * block
}

/** Number of trainable parameters of a sequence classifier of these sizes. BERT's pooler is as large as DistilBERT's `pre_classifier`. */
export const countParameters = (c: Sizes & { labelCount: number }): number =>
  countEncoderParameters(c) + linear(c.dim, c.dim) + linear(c.dim, c.labelCount)
