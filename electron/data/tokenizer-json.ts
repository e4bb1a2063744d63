/**
 * `tokenizer.json` as the lab writes and accepts it: BERT's WordPiece, uncased or cased, the family DistilBERT uses.
 * Anything else is refused here, by name, rather than giving other tokens than the model was trained on.
 */
import { z } from 'zod'
import type { LabError } from '../../shared/contract/errors.ts'
import { FileFormatError, parseUniqueJson } from '../checkpoint/strict-json.ts'
import type { Architecture } from '../../shared/domain/model-config.ts'
import { uncasedNormalizer } from './bert-words.ts'
import { invalidTokenizer } from './tokenizer-error.ts'

/** [PAD] must be 0: batches are filled with it and the embedding's padding row is there. */
export const specialTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const
export type SpecialToken = (typeof specialTokens)[number]
export const padId = 0

const specialRef = z.object({ SpecialToken: z.object({ id: z.string(), type_id: z.int() }) })
const sequenceRef = z.object({ Sequence: z.object({ id: z.enum(['A', 'B']), type_id: z.int() }) })
const template = z.array(z.union([specialRef, sequenceRef])).max(16)
const special = (id: SpecialToken, typeId: number) => ({ SpecialToken: { id, type_id: typeId } })
const sequence = (id: 'A' | 'B', typeId: number) => ({ Sequence: { id, type_id: typeId } })
const singleTemplate = [special('[CLS]', 0), sequence('A', 0), special('[SEP]', 0)]

export const tokenizerJsonSchema = z.object({
  version: z.string(),
  truncation: z.null(),
  padding: z.null(),
  added_tokens: z.array(
    z.object({
      id: z.int().min(0),
      content: z.string(),
      single_word: z.boolean(),
      lstrip: z.boolean(),
      rstrip: z.boolean(),
      normalized: z.boolean(),
      special: z.boolean(),
    }),
  ),
  normalizer: z.object({
    type: z.literal('BertNormalizer'),
    clean_text: z.boolean(),
    handle_chinese_chars: z.boolean(),
    strip_accents: z.boolean().nullable(),
    lowercase: z.boolean(),
  }),
  pre_tokenizer: z.object({ type: z.literal('BertPreTokenizer') }),
  post_processor: z.object({
    type: z.literal('TemplateProcessing'),
    single: template,
    pair: template,
    special_tokens: z.record(z.string(), z.object({ id: z.string(), ids: z.array(z.int()), tokens: z.array(z.string()) })),
  }),
  decoder: z.object({ type: z.literal('WordPiece'), prefix: z.literal('##'), cleanup: z.boolean() }),
  model: z.object({
    type: z.literal('WordPiece'),
    unk_token: z.literal('[UNK]'),
    continuing_subword_prefix: z.literal('##'),
    // The time that a word takes grows with the square of it.
    max_input_chars_per_word: z.int().positive().max(1000),
    vocab: z.record(z.string(), z.int().min(0)),
  }),
})
export type TokenizerJson = z.infer<typeof tokenizerJsonSchema>

/** Parses a `tokenizer.json` and checks that its ids are dense and its special tokens in place. Throws MODEL_INVALID. */
export function parseTokenizerJson(text: string): TokenizerJson {
  let value: unknown
  try {
    value = parseUniqueJson(Buffer.from(text))
  } catch (error) {
    throw invalid(error instanceof FileFormatError ? error.message : 'it is not valid JSON', error)
  }
  const parsed = tokenizerJsonSchema.safeParse(withDefaults(value))
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error), parsed.error)
  const { added_tokens: addedTokens, post_processor: postProcessor } = parsed.data
  const { vocab } = parsed.data.model
  const ids = Object.values(vocab)
  if (new Set(ids).size !== ids.length || ids.some((id) => id >= ids.length)) throw invalid('its ids are not 0, 1, 2 … without gaps')
  for (const token of specialTokens) {
    if (vocab[token] === undefined) throw invalid(`it has no ${token}`)
  }
  if (vocab['[PAD]'] !== padId) throw invalid(`the id of [PAD] is ${vocab['[PAD]']}, not ${padId}`)
  // An id beyond the vocabulary would read beyond the embedding.
  const stranger = addedTokens.find(({ content, id }) => content === '' || !Object.hasOwn(vocab, content) || vocab[content] !== id)
  if (stranger) throw invalid(`its added token ${JSON.stringify(stranger.content.slice(0, 40))} is not in the vocabulary under that id`)
  if (JSON.stringify(postProcessor.single) !== JSON.stringify(singleTemplate)) throw invalid('it does not frame a text as [CLS] … [SEP]')
  return parsed.data
}

/** Older files leave `model.type` out, and some carry a truncation or padding setting, which is the caller's business here. */
function withDefaults(value: unknown): unknown {
  const file = z.looseObject({ model: z.looseObject({}) }).safeParse(value)
  if (!file.success) return value
  return { ...file.data, truncation: null, padding: null, model: { type: 'WordPiece', ...file.data.model } }
}

const invalid = (cause: string, error?: unknown): LabError => invalidTokenizer('tokenizer.json', cause, error)

/** The whole `tokenizer.json` of a BERT over `tokens`, in order of their ids; all `specialTokens` are among them. */
export function bertTokenizerJson(tokens: readonly string[], normalizer: TokenizerJson['normalizer']): TokenizerJson {
  const describeSpecial = (token: SpecialToken) => ({ id: token, ids: [tokens.indexOf(token)], tokens: [token] })
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specialTokens
      .map((content) => ({
        id: tokens.indexOf(content),
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      }))
      .sort((a, b) => a.id - b.id),
    normalizer,
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: singleTemplate,
      pair: [...singleTemplate, sequence('B', 1), special('[SEP]', 1)],
      special_tokens: { '[CLS]': describeSpecial('[CLS]'), '[SEP]': describeSpecial('[SEP]') },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    },
  }
}

/** `tokenizer_config.json` beside it, as transformers expects, which believes it rather than tokenizer.json. `modelMaxLength` in tokens. */
export function tokenizerConfigJson(
  modelMaxLength: number,
  normalizer: TokenizerJson['normalizer'] = uncasedNormalizer,
  architecture: Architecture = 'distilbert',
): string {
  const config = {
    tokenizer_class: architecture === 'bert' ? 'BertTokenizer' : 'DistilBertTokenizer',
    do_lower_case: normalizer.lowercase,
    strip_accents: normalizer.strip_accents,
    tokenize_chinese_chars: normalizer.handle_chinese_chars,
    model_max_length: modelMaxLength,
    pad_token: '[PAD]',
    unk_token: '[UNK]',
    cls_token: '[CLS]',
    sep_token: '[SEP]',
    mask_token: '[MASK]',
    clean_up_tokenization_spaces: true,
  }
  return `${JSON.stringify(config, null, 2)}\n`
}
