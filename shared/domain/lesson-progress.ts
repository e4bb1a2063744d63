/** How far a person has come in the lessons: what is kept in `lessons.json`. */
import { z } from 'zod'

const name = z.string().min(1).max(80)
const fact = z.union([z.number(), z.string().max(400), z.boolean()])
/** Far more than there are steps, experiments or cards. */
const most = 500
const recordOf = <Value extends z.ZodType>(value: Value) =>
  z.record(name, value).refine((record) => Object.keys(record).length <= most, `at most ${most} entries`)

export const lessonProgressSchema = z.object({
  format: z.literal(1),
  /** Steps by id that met their check. */
  steps: recordOf(
    z.object({
      doneAt: z.iso.datetime(),
      /** The check's own words. */
      because: z.string().max(1000),
      /** The measured facts that met it. */
      facts: recordOf(fact),
      /** Done on the fast track. */
      fastTrack: z.boolean().default(false),
    }),
  ),
  /** By experiment: what the person expected before it ran. */
  predictions: recordOf(z.object({ answer: z.string().max(1000), at: z.iso.datetime() })),
  /** By card: how well it was answered, 0 to 1. */
  cards: recordOf(z.object({ score: z.number().min(0).max(1), at: z.iso.datetime() })),
  /** Where the person was last; null: nowhere yet. */
  lastStep: name.nullable(),
})
export type LessonProgress = z.infer<typeof lessonProgressSchema>

export const noProgress: LessonProgress = { format: 1, steps: {}, predictions: {}, cards: {}, lastStep: null }
