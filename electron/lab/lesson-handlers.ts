/** lessons.*: how far the person has come, kept in `lessons.json` of the lab's directory. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../checkpoint/atomic.ts'
import { systemErrorCode } from '../checkpoint/file-errors.ts'
import { type LessonProgress, lessonProgressSchema, noProgress } from '../../shared/domain/lesson-progress.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'

export const lessonHandlers = ({ labDirectory }: LabParts) => {
  const file = join(labDirectory, 'lessons.json')
  return {
    progress: os.lessons.progress.handler(() => readProgress(file)),
    save: os.lessons.save.handler(async ({ input }) => {
      await writeFileAtomic(file, `${JSON.stringify(input)}\n`)
      return input
    }),
  }
}

/** A file that is not there, or that no lab wrote, is no progress: a person must be able to begin. */
async function readProgress(file: string): Promise<LessonProgress> {
  try {
    return lessonProgressSchema.safeParse(JSON.parse(await readFile(file, 'utf8'))).data ?? noProgress
  } catch (error) {
    if (error instanceof SyntaxError || systemErrorCode(error) === 'ENOENT') return noProgress
    throw error
  }
}
