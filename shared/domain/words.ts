/**
 * The words of a text with their places, for asking what an answer would be without one of them. Unicode's own word
 * breaks, so that scripts without spaces have words, too. Pure; knows no tokens.
 */
export interface Word {
  text: string
  /** UTF-16 offsets into the text, `end` exclusive. */
  start: number
  end: number
}

/** Words measured at most: headlines have a tenth of it, and models read little further. */
export const maxMeasuredWords = 96

/** Emoji count as words; punctuation and white space do not. */
const pictograph = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u

/** The words of `text` in reading order, at most `limit` of them. */
export function wordsOf(text: string, limit = Infinity): Word[] {
  const words: Word[] = []
  for (const { segment, index, isWordLike } of new Intl.Segmenter('en', { granularity: 'word' }).segment(text)) {
    if (words.length >= limit) break
    if (isWordLike === true || pictograph.test(segment)) words.push({ text: segment, start: index, end: index + segment.length })
  }
  return words
}

/** `text` without `word`; all else stays, white space included. */
export const withoutWord = (text: string, { start, end }: Word): string => text.slice(0, start) + text.slice(end)
