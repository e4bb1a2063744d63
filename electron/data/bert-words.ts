/**
 * BERT's normalisation and pre-tokenisation (clean, space out CJK, lowercase, strip accents; split at white space and
 * around every punctuation mark): text to words. The work is @huggingface/tokenizers'; plain ASCII, which most news
 * is, takes a short cut to the same words, an order of magnitude faster.
 */
import { BertNormalizer, BertPreTokenizer } from '@huggingface/tokenizers'
import type { TokenizerJson } from './tokenizer-json.ts'

type NormalizerJson = TokenizerJson['normalizer']

/** That of bert-base-uncased, which DistilBERT shares. */
export const uncasedNormalizer: NormalizerJson = {
  type: 'BertNormalizer',
  clean_text: true,
  handle_chinese_chars: true,
  strip_accents: true,
  lowercase: true,
}

const ascii = /^[\t\n\r\x20-\x7e]*$/
/** A run of letters and digits, or one punctuation mark. */
const asciiWord = /[A-Za-z0-9]+|[!-/:-@[-`{-~]/g

/** A function from a text to its words, in order. */
export function bertWordSplitter(json: NormalizerJson): (text: string) => string[] {
  // Null means "as `lowercase` says"; the library says that with the key left out.
  const normalizer = new BertNormalizer({ ...json, strip_accents: json.strip_accents ?? undefined })
  const preTokenizer = new BertPreTokenizer()
  return (text) => {
    if (ascii.test(text)) return (json.lowercase ? text.toLowerCase() : text).match(asciiWord) ?? []
    return preTokenizer.pre_tokenize(normalizer.normalize(text))
  }
}
