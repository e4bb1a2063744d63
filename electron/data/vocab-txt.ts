/**
 * The tokenizer of a model folder that has no `tokenizer.json`: BERT's, from `vocab.txt` (a token a line, its id the number
 * of the line) and what `tokenizer_config.json` says about case. What it comes to is the same as transformers makes of them.
 */
import { z } from 'zod'
import { invalidTokenizer } from './tokenizer-error.ts'
import { bertTokenizerJson, specialTokens, type TokenizerJson } from './tokenizer-json.ts'

const vocabTxt = 'vocab.txt'
const tokenizerConfig = 'tokenizer_config.json'

const classes = ['BertTokenizer', 'BertTokenizerFast', 'DistilBertTokenizer', 'DistilBertTokenizerFast'] as const

/** A special token, as a text or as transformers' AddedToken. */
const specialToken = (token: string) =>
  z.union([z.literal(token), z.object({ content: z.literal(token) })], { error: `it must be ${token}` }).optional()

/** What must hold for the tokens to be BERT's; the defaults are transformers'. */
const tokenizerConfigSchema = z.object({
  tokenizer_class: z.enum(classes).nullish(),
  do_lower_case: z.boolean().default(true),
  do_basic_tokenize: z.literal(true).default(true),
  strip_accents: z.boolean().nullish(),
  tokenize_chinese_chars: z.boolean().default(true),
  pad_token: specialToken('[PAD]'),
  unk_token: specialToken('[UNK]'),
  cls_token: specialToken('[CLS]'),
  sep_token: specialToken('[SEP]'),
  mask_token: specialToken('[MASK]'),
})

/** `config`: the parsed `tokenizer_config.json`, or null where there is none. Throws MODEL_INVALID. */
export function tokenizerFromVocabulary(vocabulary: string, config: unknown): TokenizerJson {
  const parsed = tokenizerConfigSchema.safeParse(config ?? {})
  if (!parsed.success) throw invalidTokenizer(tokenizerConfig, z.prettifyError(parsed.error), parsed.error)
  const { do_lower_case: lowercase, strip_accents: stripAccents, tokenize_chinese_chars: handleChinese } = parsed.data
  return bertTokenizerJson(tokensOf(vocabulary), {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: handleChinese,
    strip_accents: stripAccents ?? null,
    lowercase,
  })
}

function tokensOf(vocabulary: string): string[] {
  const tokens = vocabulary.split('\n').map((line) => line.replace(/\r$/, ''))
  // The end of the last line begins no other.
  if (tokens.at(-1) === '') tokens.pop()
  if (tokens.length === 0) throw invalidTokenizer(vocabTxt, 'it is empty')
  const lineOf = new Map<string, number>()
  for (const [id, token] of tokens.entries()) {
    const other = lineOf.get(token)
    if (other !== undefined)
      throw invalidTokenizer(vocabTxt, `${JSON.stringify(token.slice(0, 40))} is on line ${other + 1} and on line ${id + 1}`)
    lineOf.set(token, id)
  }
  const missing = specialTokens.find((token) => !lineOf.has(token))
  if (missing !== undefined) throw invalidTokenizer(vocabTxt, `it has no ${missing}`)
  return tokens
}
