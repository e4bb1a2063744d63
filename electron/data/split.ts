/**
 * Training and validation rows. Stratified, so that both sides have every class in proportion; seeded, so that every
 * rank and every resumed run cuts at the same place; and copies of one text stay on one side, because a validation
 * row that was trained on measures memory.
 */
import { randomNumbers } from '../../shared/domain/random-numbers.ts'
import type { Example } from './types.ts'

export interface Split {
  train: Example[]
  validation: Example[]
}

/**
 * Puts `validationFraction` of each class aside: at least one row of a class that has two different texts, never all
 * of them. Rows keep their order on both sides. A text that stands under two labels counts for the first.
 */
export function splitDataset(
  dataset: { card: { labels: readonly string[] }; examples: readonly Example[] },
  validationFraction: number,
  seed: number,
): Split {
  const rowsOfText = new Map<string, number[]>()
  for (const [row, { text }] of dataset.examples.entries()) {
    const rows = rowsOfText.get(text)
    if (rows) rows.push(row)
    else rowsOfText.set(text, [row])
  }
  const groups = [...rowsOfText.values()]
  const isValidation = new Uint8Array(dataset.examples.length)
  const groupsOfClass = dataset.card.labels.map((): number[][] => [])
  for (const rows of groups) groupsOfClass[dataset.examples[rows[0]!]!.label]!.push(rows)
  for (const [label, ofClass] of groupsOfClass.entries()) {
    for (const rows of chooseGroups(ofClass, validationFraction, streamOf(seed, label))) {
      for (const row of rows) isValidation[row] = 1
    }
  }
  return {
    train: dataset.examples.filter((_, row) => isValidation[row] === 0),
    validation: dataset.examples.filter((_, row) => isValidation[row] === 1),
  }
}

/** Groups that hold `fraction` of the rows together: whole ones, in random order, as many as fit. */
function chooseGroups(groups: readonly number[][], fraction: number, random: () => number): number[][] {
  if (groups.length < 2) return []
  const rowCount = groups.reduce((sum, rows) => sum + rows.length, 0)
  const wanted = Math.min(rowCount - 1, Math.max(1, Math.round(rowCount * fraction)))
  const shuffled = shuffle(groups, random)
  const chosen: number[][] = []
  let left = wanted
  for (const rows of shuffled) {
    if (rows.length > left || chosen.length === groups.length - 1) continue
    chosen.push(rows)
    left -= rows.length
  }
  return chosen.length > 0 ? chosen : [shuffled.reduce((least, rows) => (rows.length < least.length ? rows : least))]
}

function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const shuffled = [...items]
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!]
  }
  return shuffled
}

/** Of its own for each class: adding rows to one leaves the others where they were. */
const streamOf = (seed: number, label: number): (() => number) => randomNumbers(seed ^ Math.imul(label + 1, 0x9e3779b9))
