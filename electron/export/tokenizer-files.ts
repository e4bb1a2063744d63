/**
 * The tokenizer's files beside `tokenizer.json`, all derived from it: what older tokenizers, in Python and elsewhere, read
 * instead. Tokens are the same whichever file a reader prefers.
 */
import { LabError } from '../../shared/contract/errors.ts'
import { parseTokenizerJson, specialTokens } from '../data/tokenizer-json.ts'

const roles = { unk_token: '[UNK]', sep_token: '[SEP]', pad_token: '[PAD]', cls_token: '[CLS]', mask_token: '[MASK]' }

const tokenizerClasses: Record<string, string> = { bert: 'BertTokenizer', distilbert: 'DistilBertTokenizer' }

const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** Names and contents. `modelType` as in config.json; `maxLength` in tokens. Throws MODEL_INVALID. */
export function tokenizerFiles(tokenizerJson: string, modelType: string, maxLength: number): Record<string, string> {
  const { normalizer, model, added_tokens: addedTokens } = parseTokenizerJson(tokenizerJson)
  const tokens: string[] = []
  for (const [token, id] of Object.entries(model.vocab)) tokens[id] = token
  if (tokens.some((token) => /[\n\r]/.test(token))) throw multilineToken()
  const decoder = addedTokens
    .filter(({ content }) => (specialTokens as readonly string[]).includes(content))
    .map(({ id, content, lstrip, rstrip, normalized, single_word, special }) => [
      String(id),
      { content, lstrip, normalized, rstrip, single_word, special },
    ])
  return {
    'tokenizer.json': tokenizerJson,
    'tokenizer_config.json': toJson({
      tokenizer_class: tokenizerClasses[modelType] ?? 'PreTrainedTokenizerFast',
      model_max_length: maxLength,
      do_lower_case: normalizer.lowercase,
      strip_accents: normalizer.strip_accents,
      tokenize_chinese_chars: normalizer.handle_chinese_chars,
      clean_up_tokenization_spaces: true,
      ...roles,
      added_tokens_decoder: Object.fromEntries(decoder),
    }),
    'special_tokens_map.json': toJson(roles),
    'vocab.txt': tokens.map((token) => `${token}\n`).join(''),
  }
}

const multilineToken = (): LabError =>
  new LabError({
    code: 'MODEL_INVALID',
    title: 'The vocabulary of this model cannot be exported',
    cause: 'One of its tokens holds a line end, which vocab.txt, one token a line, cannot say.',
    suggestion: 'Such a token never matches a text: remove it from tokenizer.json, or train a vocabulary in the lab.',
  })
