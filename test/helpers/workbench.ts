/** Programs of the workbench on real rank processes. They need the built entries of `npm run build`. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { entryFile, projectRoot } from '../../electron/paths.ts'
import { runProgram } from '../../electron/workbench/launcher.ts'
import { type ProgramId, programInputSchema, type ProgramRequest, type ProgramResult } from '../../shared/domain/workbench.ts'

/** Outlasts a test file, so that the vocabulary is trained once. */
export const workbenchCache = join(projectRoot, 'test-artifacts', 'workbench-cache')

/** Runs a program to its result. */
export async function runOnRanks<Id extends ProgramId>(request: ProgramRequest<Id> & { program: Id }): Promise<ProgramResult<Id>> {
  if (!existsSync(entryFile('workbench-rank'))) throw new Error(`${entryFile('workbench-rank')} is missing: build first (npm run build)`)
  const input = programInputSchema.parse(request)
  return (await runProgram({ input, cacheDirectory: workbenchCache, besideRun: false })) as ProgramResult<Id>
}
