/** The LabError that some work ends with; anything else is thrown on. */
import { LabError } from '../../shared/contract/errors.ts'

export async function errorOf(work: Promise<unknown>): Promise<LabError['info']> {
  try {
    await work
  } catch (error) {
    if (error instanceof LabError) return error.info
    throw error
  }
  throw new Error('nothing was thrown')
}
