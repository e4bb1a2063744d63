/**
 * WordPiece training the slow, plain way, to judge the fast one by: before every merge all pairs of the corpus are
 * counted again. Words are lists of strings; nothing is shared with the implementation under test.
 */
export function referenceVocabulary(wordCounts: ReadonlyMap<string, number>, vocabSize: number): string[] {
  const words = [...wordCounts].map(([word, count]) => ({
    symbols: [...word].map((letter, index) => (index === 0 ? letter : `##${letter}`)),
    count,
  }))
  const letters = new Set([...wordCounts.keys()].flatMap((word) => [...word]))
  const inner = new Set(words.flatMap(({ symbols }) => symbols.slice(1)))
  const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...[...letters].sort(), ...[...inner].sort()]

  while (vocabulary.length < vocabSize) {
    const counts = new Map<string, { left: string; right: string; count: number }>()
    for (const { symbols, count } of words) {
      for (let at = 0; at + 1 < symbols.length; at++) {
        const [left, right] = [symbols[at]!, symbols[at + 1]!]
        const pair = counts.get(`${left} ${right}`) ?? { left, right, count: 0 }
        counts.set(`${left} ${right}`, { ...pair, count: pair.count + count })
      }
    }
    const rank = (token: string): number => vocabulary.indexOf(token)
    const [best] = [...counts.values()].sort((a, b) => b.count - a.count || rank(a.left) - rank(b.left) || rank(a.right) - rank(b.right))
    if (!best || best.count < 2) break
    const merged = best.left + best.right.slice(2)
    if (!vocabulary.includes(merged)) vocabulary.push(merged)
    for (const word of words) word.symbols = mergePair(word.symbols, best.left, best.right, merged)
  }
  return vocabulary
}

function mergePair(symbols: readonly string[], left: string, right: string, merged: string): string[] {
  const result: string[] = []
  for (let at = 0; at < symbols.length; at++) {
    if (symbols[at] === left && symbols[at + 1] === right) {
      result.push(merged)
      at++
    } else result.push(symbols[at]!)
  }
  return result
}
