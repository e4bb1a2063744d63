import { lessonProgressSchema } from '../domain/lesson-progress.ts'
import { procedure } from './base.ts'

export const lessons = {
  /** Empty for somebody who has not begun. */
  progress: procedure.output(lessonProgressSchema),
  /** Replaces what was saved. */
  save: procedure.input(lessonProgressSchema).output(lessonProgressSchema),
}
