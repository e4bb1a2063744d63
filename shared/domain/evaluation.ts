/** Statistics of a classifier on labelled rows. Pure functions over counts. */
import { z } from 'zod'

export const evaluationSchema = z.object({
  rowCount: z.int(),
  correctCount: z.int(),
  accuracy: z.number(),
  /** 95 % Wilson score interval of the accuracy. */
  accuracyInterval: z.tuple([z.number(), z.number()]),
  macroF1: z.number(),
  meanLoss: z.number(),
  labels: z.array(z.string()),
  /** `confusion[actual][predicted]`, counts. */
  confusion: z.array(z.array(z.int())),
  perClass: z.array(z.object({ label: z.string(), precision: z.number(), recall: z.number(), f1: z.number(), support: z.int() })),
  badRowCount: z.int(),
  durationMs: z.number(),
})
export type Evaluation = z.infer<typeof evaluationSchema>

/** 95 % Wilson score interval for `successes` of `trials` (Wilson 1927). */
export function wilsonInterval(successes: number, trials: number): [number, number] {
  if (trials === 0) return [0, 1]
  const z95 = 1.959963984540054
  const p = successes / trials
  const denominator = 1 + (z95 * z95) / trials
  const centre = p + (z95 * z95) / (2 * trials)
  const margin = z95 * Math.sqrt((p * (1 - p)) / trials + (z95 * z95) / (4 * trials * trials))
  return [Math.max(0, (centre - margin) / denominator), Math.min(1, (centre + margin) / denominator)]
}

/** Precision, recall and F1 of each class, and their unweighted mean, from `confusion[actual][predicted]`. */
export function classScores(
  confusion: readonly (readonly number[])[],
  labels: readonly string[],
): { perClass: Evaluation['perClass']; macroF1: number } {
  const perClass = labels.map((label, index) => {
    const truePositives = confusion[index]?.[index] ?? 0
    const support = (confusion[index] ?? []).reduce((sum, count) => sum + count, 0)
    const predicted = confusion.reduce((sum, row) => sum + (row[index] ?? 0), 0)
    const precision = predicted === 0 ? 0 : truePositives / predicted
    const recall = support === 0 ? 0 : truePositives / support
    const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall)
    return { label, precision, recall, f1, support }
  })
  const macroF1 = perClass.reduce((sum, score) => sum + score.f1, 0) / Math.max(1, perClass.length)
  return { perClass, macroF1 }
}
