/** The report of a benchmark as a folder: every form of it, each file replaced atomically, other files left alone. */
import { join } from 'node:path'
import type { Benchmark } from '../../shared/domain/benchmark.ts'
import { writeFileAtomic } from '../checkpoint/atomic.ts'
import { withWriteErrors } from '../checkpoint/file-errors.ts'
import { makeDirectory } from '../checkpoint/make-directory.ts'
import { renderBenchmarkFolder } from '../report/benchmark/index.ts'

/** Returns `directory`. Throws OUTPUT_NOT_WRITABLE and DISK_FULL. */
export async function writeReportFolder(directory: string, benchmark: Benchmark): Promise<string> {
  await withWriteErrors(directory, async () => {
    await makeDirectory(directory)
    for (const [name, text] of renderBenchmarkFolder(benchmark)) await writeFileAtomic(join(directory, name), text)
  })
  return directory
}
