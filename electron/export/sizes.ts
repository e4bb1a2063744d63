/**
 * How a number in a recorded graph follows from the batch: factor · rows (or not) · length (or not). Found by recording at
 * three sizes and comparing; a number that follows in another way is refused rather than guessed.
 */

export interface RecordedSize {
  rows: number
  length: number
}

/** The second differs from the first in rows, the third in length. Small: the shortest model has few positions. */
export const recordedSizes: readonly RecordedSize[] = [
  { rows: 5, length: 3 },
  { rows: 7, length: 3 },
  { rows: 5, length: 2 },
]

export interface SizeRule {
  factor: number
  byRows: boolean
  byLength: boolean
}

/** One rule for each number of a vector, given the vector as it was at each of `recordedSizes`. */
export function sizeRules(vectors: readonly (readonly number[])[]): SizeRule[] {
  const [first, otherRows, otherLength] = vectors as [number[], number[], number[]]
  return first.map((value, index) => ruleOf(value, otherRows[index]!, otherLength[index]!))
}

function ruleOf(value: number, withOtherRows: number, withOtherLength: number): SizeRule {
  const [base, moreRows, lessLength] = recordedSizes as [RecordedSize, RecordedSize, RecordedSize]
  const follows = (other: number, ours: number, theirs: number): boolean => {
    if (other === value) return false
    if (other * ours === value * theirs) return true
    throw new Error(`A size of the recorded model is ${value} and ${other}: it does not follow from the batch as a product`)
  }
  const byRows = follows(withOtherRows, base.rows, moreRows.rows)
  const byLength = follows(withOtherLength, base.length, lessLength.length)
  return { factor: value / ((byRows ? base.rows : 1) * (byLength ? base.length : 1)), byRows, byLength }
}
