/**
 * The heart of BPE: words as symbol ids, the count of every adjacent pair, and an index from pair to words, all kept
 * up to date while pairs are merged, so that one merge costs what it changes and not another pass over the corpus.
 */

export interface SymbolPair {
  left: number
  right: number
  count: number
}

interface PairEntry {
  left: number
  right: number
  /** Occurrences now. */
  count: number
  /** Count under which the entry stands in the heap; another value there is outdated. */
  queuedCount: number
  /** Words in which the pair occurs or once occurred; may name a word twice. */
  words: number[]
}

interface HeapItem {
  count: number
  entry: PairEntry
}

/** Ids are packed into one integer key; no vocabulary comes near this. */
const idLimit = 2 ** 26

export class PairMerger {
  readonly #words: number[][]
  readonly #counts: readonly number[]
  readonly #entries = new Map<number, PairEntry>()
  readonly #heap: HeapItem[] = []
  /** Entries that grew since they were last queued. */
  readonly #grown = new Set<PairEntry>()

  /** `words[w]` are symbol ids, `counts[w]` how often the word occurs. */
  constructor(words: number[][], counts: readonly number[]) {
    this.#words = words
    this.#counts = counts
    for (const [word, symbols] of words.entries()) {
      for (let at = 0; at + 1 < symbols.length; at++) this.#add(symbols[at]!, symbols[at + 1]!, word)
    }
    this.#queueGrown()
  }

  /** The pair that occurs most often, of equal ones that with the smallest ids; undefined where no pair is left. */
  mostFrequent(): SymbolPair | undefined {
    for (;;) {
      const item = this.#pop()
      if (!item) return undefined
      const { entry } = item
      if (item.count !== entry.queuedCount) continue // queued again since, with a larger count
      if (entry.count === item.count) {
        entry.queuedCount = 0
        return { left: entry.left, right: entry.right, count: entry.count }
      }
      entry.queuedCount = 0
      this.#push(entry)
    }
  }

  /** Replaces every occurrence of the pair, from the left, by the symbol `merged`. */
  merge({ left, right }: SymbolPair, merged: number): void {
    const entry = this.#entries.get(keyOf(left, right))!
    const words = entry.words
    entry.words = []
    for (const word of words) this.#mergeInWord(word, left, right, merged)
    this.#queueGrown()
  }

  #mergeInWord(word: number, left: number, right: number, merged: number): void {
    const symbols = this.#words[word]!
    let kept = 0
    for (let at = 0; at < symbols.length; at++) {
      if (symbols[at] !== left || symbols[at + 1] !== right) {
        symbols[kept++] = symbols[at]!
        continue
      }
      if (kept > 0) {
        this.#remove(symbols[kept - 1]!, left, word)
        this.#add(symbols[kept - 1]!, merged, word)
      }
      if (at + 2 < symbols.length) {
        this.#remove(right, symbols[at + 2]!, word)
        this.#add(merged, symbols[at + 2]!, word)
      }
      this.#remove(left, right, word)
      symbols[kept++] = merged
      at++
    }
    symbols.length = kept
  }

  #add(left: number, right: number, word: number): void {
    const key = keyOf(left, right)
    let entry = this.#entries.get(key)
    if (!entry) {
      entry = { left, right, count: 0, queuedCount: 0, words: [] }
      this.#entries.set(key, entry)
    }
    entry.count += this.#counts[word]!
    if (entry.words.at(-1) !== word) entry.words.push(word)
    this.#grown.add(entry)
  }

  #remove(left: number, right: number, word: number): void {
    this.#entries.get(keyOf(left, right))!.count -= this.#counts[word]!
  }

  #queueGrown(): void {
    for (const entry of this.#grown) if (entry.count > entry.queuedCount) this.#push(entry)
    this.#grown.clear()
  }

  /** Queues an entry under its present count, unless nothing of it is left. */
  #push(entry: PairEntry): void {
    if (entry.count <= 0) return
    entry.queuedCount = entry.count
    const item = { count: entry.count, entry }
    const heap = this.#heap
    let at = heap.push(item) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!precedes(item, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = item
  }

  #pop(): HeapItem | undefined {
    const heap = this.#heap
    const top = heap[0]
    const last = heap.pop()
    if (!last || heap.length === 0) return top
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && precedes(heap[child + 1]!, heap[child]!)) child++
      if (!precedes(heap[child]!, last)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return top
  }
}

/** Older symbols first among equals, as in Hugging Face's trainer: letters at the start of a word come before those within. */
function precedes(a: HeapItem, b: HeapItem): boolean {
  if (a.count !== b.count) return a.count > b.count
  return a.entry.left !== b.entry.left ? a.entry.left < b.entry.left : a.entry.right < b.entry.right
}

const keyOf = (left: number, right: number): number => left * idLimit + right
