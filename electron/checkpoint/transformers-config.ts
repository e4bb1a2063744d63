/**
 * `ModelConfig` ⇄ the `config.json` that transformers reads and writes for `DistilBertForSequenceClassification`. What is
 * read must describe a model that the lab computes exactly as transformers does; anything else is refused by its field.
 */
import { z } from 'zod'
import { type ModelConfig, modelConfigSchema } from '../../shared/domain/model-config.ts'
import { FileFormatError } from './strict-json.ts'

/** The object to be saved as `config.json`. */
export function toTransformersConfig(config: ModelConfig): Record<string, unknown> {
  return {
    model_type: 'distilbert',
    architectures: ['DistilBertForSequenceClassification'],
    activation: 'gelu',
    dim: config.dim,
    hidden_dim: config.hiddenDim,
    n_layers: config.nLayers,
    n_heads: config.nHeads,
    vocab_size: config.vocabSize,
    max_position_embeddings: config.maxPositionEmbeddings,
    sinusoidal_pos_embds: false,
    dropout: config.dropout,
    attention_dropout: config.attentionDropout,
    seq_classif_dropout: config.seqClassifDropout,
    initializer_range: 0.02,
    pad_token_id: 0,
    problem_type: 'single_label_classification',
    id2label: Object.fromEntries(config.labels.map((label, index) => [String(index), label])),
    label2id: Object.fromEntries(config.labels.map((label, index) => [label, index])),
  }
}

/** What must hold for the lab's classifier to compute what transformers would; other keys are not our business. */
const transformersConfigSchema = z.object({
  model_type: z.literal('distilbert'),
  problem_type: z.literal('single_label_classification').nullish(),
  activation: z.literal('gelu').default('gelu'),
  dim: z.int().positive().default(768),
  hidden_dim: z.int().positive().default(3072),
  n_layers: z.int().positive().default(6),
  n_heads: z.int().positive().default(12),
  vocab_size: z.int().positive().default(30_522),
  max_position_embeddings: z.int().positive().default(512),
  dropout: z.number().default(0.1),
  attention_dropout: z.number().default(0.1),
  seq_classif_dropout: z.number().default(0.2),
  pad_token_id: z.literal(0).default(0),
  id2label: z.record(z.string(), z.string()),
})

/** Reads a parsed `config.json`. Throws `FileFormatError` that names the field. */
export function fromTransformersConfig(json: unknown): ModelConfig {
  const parsed = transformersConfigSchema.safeParse(json)
  if (!parsed.success) throw new FileFormatError(`config.json: ${z.prettifyError(parsed.error)}`)
  const c = parsed.data
  const labelCount = Object.keys(c.id2label).length
  const labels = Array.from({ length: labelCount }, (_, index) => {
    const label = c.id2label[String(index)]
    if (label === undefined) throw new FileFormatError(`config.json: id2label has ${labelCount} labels but none for ${index}`)
    return label
  })
  if (c.dim % c.n_heads !== 0) throw new FileFormatError(`config.json: dim ${c.dim} is not a multiple of n_heads ${c.n_heads}`)
  const config = modelConfigSchema.safeParse({
    dim: c.dim,
    hiddenDim: c.hidden_dim,
    nLayers: c.n_layers,
    nHeads: c.n_heads,
    vocabSize: c.vocab_size,
    maxPositionEmbeddings: c.max_position_embeddings,
    dropout: c.dropout,
    attentionDropout: c.attention_dropout,
    seqClassifDropout: c.seq_classif_dropout,
    labels,
  })
  if (!config.success) throw new FileFormatError(`config.json: ${z.prettifyError(config.error)}`)
  return config.data
}
