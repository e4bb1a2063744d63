/** What a person should know of rows before training on them: how long they are, which come twice, how they are split. */
import type { DatasetQuality } from '../../shared/domain/dataset.ts'
import { runConfigSchema } from '../../shared/domain/run-config.ts'
import { splitDataset } from './split.ts'
import type { Example } from './types.ts'

const maxBins = 12
const shownConflicts = 3
const shownTextLength = 160

/** `test`: rows kept apart from all training, where the data set has them. */
export function describeQuality(labels: readonly string[], examples: readonly Example[], test?: readonly Example[]): DatasetQuality {
  const { validationFraction, seed } = runConfigSchema.parse({})
  const { train, validation } = splitDataset({ card: { labels }, examples }, validationFraction, seed)
  const texts = new Set(examples.map(({ text }) => text))
  const trainTexts = new Set(train.map(({ text }) => text))
  return {
    words: lengths(examples),
    duplicates: duplicates(labels, examples),
    split: { trainCount: train.length, validationCount: validation.length, sharedTexts: countIn(trainTexts, validation) },
    test: test === undefined ? null : { rowCount: test.length, sharedTexts: countIn(texts, test) },
  }
}

const countIn = (texts: ReadonlySet<string>, rows: readonly Example[]): number => rows.filter(({ text }) => texts.has(text)).length

function lengths(examples: readonly Example[]): DatasetQuality['words'] {
  const counts = Uint32Array.from(examples, ({ text }) => countWords(text)).sort()
  const at = (share: number): number => counts[Math.min(counts.length - 1, Math.floor(share * counts.length))] ?? 0
  const longest = Math.max(1, at(0.99))
  const width = Math.max(1, Math.ceil(longest / maxBins))
  const bins = Array.from({ length: Math.ceil(longest / width) }, (_, index) => ({
    from: index * width + 1,
    to: (index + 1) * width,
    count: 0,
  }))
  for (const words of counts) bins[Math.min(bins.length - 1, Math.floor((Math.max(1, words) - 1) / width))]!.count++
  return {
    median: at(0.5),
    p95: at(0.95),
    max: at(1),
    bins: bins.map((bin, index) => (index === bins.length - 1 ? { ...bin, to: null } : bin)),
  }
}

/** Runs of what is no white space. */
function countWords(text: string): number {
  let words = 0
  let inWord = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const space = code <= 0x20 || code === 0xa0 || code === 0x3000
    if (!space && !inWord) words++
    inWord = !space
  }
  return words
}

function duplicates(labels: readonly string[], examples: readonly Example[]): DatasetQuality['duplicates'] {
  const countsOfText = new Map<string, Map<number, number>>()
  for (const { text, label } of examples) {
    const counts = countsOfText.get(text)
    if (counts) counts.set(label, (counts.get(label) ?? 0) + 1)
    else countsOfText.set(text, new Map([[label, 1]]))
  }
  let copies = 0
  let conflictingRows = 0
  const conflicting: { text: string; labels: string[] }[] = []
  for (const [text, counts] of countsOfText) {
    const rows = [...counts.values()].reduce((sum, count) => sum + count, 0)
    copies += rows - counts.size
    if (counts.size < 2) continue
    conflictingRows += rows
    conflicting.push({ text: text.slice(0, shownTextLength), labels: [...counts.keys()].map((label) => labels[label]!) })
  }
  return { copies, conflictingTexts: conflicting.length, conflictingRows, examples: conflicting.slice(0, shownConflicts) }
}
