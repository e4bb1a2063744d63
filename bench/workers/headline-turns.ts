/** The starter headlines in turn, the same ones for both sides. */
import { makeHeadlines } from '../model.ts'

/** Answers compared before anything is measured. */
export const checkedCount = 64

/** Gives the next `count` headlines, round and round; from `at` where that is given. */
export async function headlineTurns(): Promise<(count: number, at?: number) => string[]> {
  const all = await makeHeadlines(1_000)
  let from = 0
  return (count, at = from) => {
    from = (at + count) % all.length
    return Array.from({ length: count }, (_, index) => all[(at + index) % all.length]!)
  }
}
