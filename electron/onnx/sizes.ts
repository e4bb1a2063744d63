/**
 * How a number in a recorded graph follows from the batch: a factor, times some of its sizes. Found by recording once more
 * for each size, with that one changed, and comparing; a number that follows in another way is refused rather than guessed.
 */

export const sizeNames = ['rows', 'length', 'flat'] as const
/** As in `PackedShape`. */
export type SizeName = (typeof sizeNames)[number]
export type RecordedSize = Readonly<Record<SizeName, number>>

/** Small: the shortest model has few positions. */
const base: RecordedSize = { rows: 5, length: 3, flat: 11 }
const changed: RecordedSize = { rows: 7, length: 2, flat: 13 }
export const recordedSizes: readonly RecordedSize[] = [base, ...sizeNames.map((name) => ({ ...base, [name]: changed[name] }))]

/** factor · the product of the sizes in `by`. */
export interface SizeRule {
  factor: number
  by: readonly SizeName[]
}

/** One rule for each number of a vector, given the vector as it was at each of `recordedSizes`. */
export function sizeRules(vectors: readonly (readonly number[])[]): SizeRule[] {
  const [first, ...others] = vectors as [number[], ...number[][]]
  return first.map((value, index) => {
    const by = sizeNames.filter((name, at) => follows(name, value, others[at]![index]!))
    return { factor: by.reduce((factor, name) => factor / base[name], value), by }
  })
}

function follows(name: SizeName, value: number, withOther: number): boolean {
  if (withOther === value) return false
  if (withOther * base[name] === value * changed[name]) return true
  throw new Error(`A size of the recorded model is ${value} and ${withOther}: it does not follow from the batch as a product`)
}
