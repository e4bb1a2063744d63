/** The newest result of each program and arm, kept in `workbench/<program>/<arm>.json` below the lab's directory. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../checkpoint/atomic.ts'
import { systemErrorCode } from '../checkpoint/file-errors.ts'
import { makeDirectory } from '../checkpoint/make-directory.ts'
import { resolveInside } from '../checkpoint/resolve-inside.ts'
import { armsOf, type ProgramId, type ProgramResult, programResultSchema } from '../../shared/domain/workbench.ts'

const directoryOf = (labDirectory: string, program: ProgramId): string => resolveInside(join(labDirectory, 'workbench'), program)

/** Throws DISK_FULL or OUTPUT_NOT_WRITABLE. */
export async function keepResult(labDirectory: string, result: ProgramResult): Promise<void> {
  const directory = directoryOf(labDirectory, result.program)
  await makeDirectory(directory)
  await writeFileAtomic(resolveInside(directory, `${result.arm}.json`), `${JSON.stringify(result)}\n`)
}

/** In the order of the program's arms; arms that were never run, or whose file an older lab wrote otherwise, are left out. */
export async function readResults(labDirectory: string, program: ProgramId): Promise<ProgramResult[]> {
  const files = armsOf(program).map((arm) => resolveInside(directoryOf(labDirectory, program), `${arm}.json`))
  return (await Promise.all(files.map(readResult))).flatMap((result) => (result === null ? [] : [result]))
}

async function readResult(file: string): Promise<ProgramResult | null> {
  try {
    return programResultSchema.safeParse(JSON.parse(await readFile(file, 'utf8'))).data ?? null
  } catch (error) {
    if (error instanceof SyntaxError || systemErrorCode(error) === 'ENOENT') return null
    throw error
  }
}
