/**
 * `ModelConfig` ⇄ the `config.json` that transformers reads and writes for `DistilBertForSequenceClassification` and
 * `BertForSequenceClassification`. What is read must describe a model that the lab computes exactly as transformers does;
 * anything else is refused by its field. What a file leaves out is what transformers takes then.
 */
import { z } from 'zod'
import { type Architecture, distilbertTraits, type ModelConfig, modelConfigSchema } from '../../shared/domain/model-config.ts'
import { FileFormatError } from './strict-json.ts'

/** The object to be saved as `config.json`. */
export function toTransformersConfig(config: ModelConfig): Record<string, unknown> {
  return {
    ...(config.architecture === 'bert' ? bertFields(config) : distilbertFields(config)),
    vocab_size: config.vocabSize,
    max_position_embeddings: config.maxPositionEmbeddings,
    initializer_range: 0.02,
    pad_token_id: 0,
    problem_type: 'single_label_classification',
    id2label: Object.fromEntries(config.labels.map((label, index) => [String(index), label])),
    label2id: Object.fromEntries(config.labels.map((label, index) => [label, index])),
  }
}

const distilbertFields = (config: ModelConfig): Record<string, unknown> => ({
  model_type: 'distilbert',
  architectures: ['DistilBertForSequenceClassification'],
  activation: 'gelu',
  dim: config.dim,
  hidden_dim: config.hiddenDim,
  n_layers: config.nLayers,
  n_heads: config.nHeads,
  sinusoidal_pos_embds: false,
  dropout: config.dropout,
  attention_dropout: config.attentionDropout,
  seq_classif_dropout: config.seqClassifDropout,
})

const bertFields = (config: ModelConfig): Record<string, unknown> => ({
  model_type: 'bert',
  architectures: ['BertForSequenceClassification'],
  hidden_act: 'gelu',
  hidden_size: config.dim,
  intermediate_size: config.hiddenDim,
  num_hidden_layers: config.nLayers,
  num_attention_heads: config.nHeads,
  type_vocab_size: config.typeVocabSize,
  layer_norm_eps: config.layerNormEpsilon,
  position_embedding_type: 'absolute',
  hidden_dropout_prob: config.dropout,
  attention_probs_dropout_prob: config.attentionDropout,
  classifier_dropout: config.seqClassifDropout,
})

/** Far more classes than news has; a count from a file is not believed without a limit. */
const maxLabels = 10_000

/** What both have; other keys are not our business. */
const commonFields = z.object({
  problem_type: z.literal('single_label_classification').nullish(),
  vocab_size: z.int().positive().default(30_522),
  max_position_embeddings: z.int().positive().default(512),
  pad_token_id: z.literal(0).default(0),
  id2label: z.record(z.string(), z.string()).optional(),
  num_labels: z.int().min(1).max(maxLabels).optional(),
})

const distilbertSchema = commonFields
  .extend({
    model_type: z.literal('distilbert'),
    activation: z.literal('gelu').default('gelu'),
    dim: z.int().positive().default(768),
    hidden_dim: z.int().positive().default(3072),
    n_layers: z.int().positive().default(6),
    n_heads: z.int().positive().default(12),
    dropout: z.number().default(0.1),
    attention_dropout: z.number().default(0.1),
    seq_classif_dropout: z.number().default(0.2),
  })
  .transform((c) => ({
    ...c,
    ...distilbertTraits,
    hiddenDim: c.hidden_dim,
    nLayers: c.n_layers,
    nHeads: c.n_heads,
    attentionDropout: c.attention_dropout,
    seqClassifDropout: c.seq_classif_dropout,
  }))

const bertSchema = commonFields
  .extend({
    model_type: z.literal('bert'),
    hidden_act: z.literal('gelu').default('gelu'),
    hidden_size: z.int().positive().default(768),
    intermediate_size: z.int().positive().default(3072),
    num_hidden_layers: z.int().positive().default(12),
    num_attention_heads: z.int().positive().default(12),
    type_vocab_size: z.int().positive().default(2),
    layer_norm_eps: z.number().positive().max(1).default(1e-12),
    position_embedding_type: z.literal('absolute').default('absolute'),
    is_decoder: z.literal(false).default(false),
    hidden_dropout_prob: z.number().default(0.1),
    attention_probs_dropout_prob: z.number().default(0.1),
    classifier_dropout: z.number().nullish(),
  })
  .transform((c) => ({
    ...c,
    architecture: 'bert' as const,
    typeVocabSize: c.type_vocab_size,
    layerNormEpsilon: c.layer_norm_eps,
    dim: c.hidden_size,
    hiddenDim: c.intermediate_size,
    nLayers: c.num_hidden_layers,
    nHeads: c.num_attention_heads,
    dropout: c.hidden_dropout_prob,
    attentionDropout: c.attention_probs_dropout_prob,
    seqClassifDropout: c.classifier_dropout ?? c.hidden_dropout_prob,
  }))

const transformersConfigSchema = z.discriminatedUnion('model_type', [distilbertSchema, bertSchema], {
  error: ({ code }) => (code === 'invalid_union' ? 'model_type must be distilbert or bert' : undefined),
})

/** What each architecture calls its sizes, for messages. */
const fieldNames: Record<Architecture, { dim: string; nHeads: string }> = {
  distilbert: { dim: 'dim', nHeads: 'n_heads' },
  bert: { dim: 'hidden_size', nHeads: 'num_attention_heads' },
}

/** Reads a parsed `config.json`. Throws `FileFormatError` that names the field. */
export function fromTransformersConfig(json: unknown): ModelConfig {
  const parsed = transformersConfigSchema.safeParse(json)
  if (!parsed.success) throw new FileFormatError(`config.json: ${z.prettifyError(parsed.error)}`)
  const c = parsed.data
  const names = fieldNames[c.architecture]
  if (c.dim % c.nHeads !== 0)
    throw new FileFormatError(`config.json: ${names.dim} ${c.dim} is not a multiple of ${names.nHeads} ${c.nHeads}`)
  const { vocab_size: vocabSize, max_position_embeddings: maxPositionEmbeddings } = c
  const config = modelConfigSchema.safeParse({ ...c, vocabSize, maxPositionEmbeddings, labels: labelsOf(c) })
  if (!config.success) throw new FileFormatError(`config.json: ${z.prettifyError(config.error)}`)
  return config.data
}

/** In index order. transformers takes two, LABEL_0 and LABEL_1, where a file says nothing. */
function labelsOf({ id2label, num_labels: count = 2 }: z.infer<typeof commonFields>): string[] {
  if (id2label === undefined) return Array.from({ length: count }, (_, index) => `LABEL_${index}`)
  const labelCount = Object.keys(id2label).length
  return Array.from({ length: labelCount }, (_, index) => {
    const label = id2label[String(index)]
    if (label === undefined) throw new FileFormatError(`config.json: id2label has ${labelCount} labels but none for ${index}`)
    return label
  })
}
