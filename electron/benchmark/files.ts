/** The files of a benchmark: `benchmark.json`, replaced atomically after every repetition, and the runs it made. */
import { randomBytes } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { LabError } from '../../shared/contract/errors.ts'
import { type Benchmark, benchmarkSchema, type Repetition } from '../../shared/domain/benchmark.ts'
import { writeFileAtomic } from '../checkpoint/atomic.ts'
import { systemErrorCode, withWriteErrors } from '../checkpoint/file-errors.ts'
import { resolveInside } from '../checkpoint/resolve-inside.ts'
import { readSmallFile } from '../checkpoint/small-file.ts'
import { FileFormatError } from '../checkpoint/strict-json.ts'

const pattern = /^\d{8}-\d{6}-benchmark-[0-9a-f]{4}$/

/** '20261124-031500-benchmark-ab12': sorts by age. */
export function generateBenchmarkId(now: Date): string {
  const [date, time] = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T')
  return `${date}-${time}-benchmark-${randomBytes(2).toString('hex')}`
}

/** Throws BENCHMARK_NOT_FOUND for what is no benchmark's id. */
export function benchmarkDirectory(labDirectory: string, id: string): string {
  if (pattern.test(id)) return resolveInside(join(labDirectory, 'benchmarks'), id)
  throw notFound(`${JSON.stringify(id.slice(0, 80))} is not the name of a benchmark.`)
}

export const runDirectoryOf = (directory: string, { arm, repetition }: Repetition): string =>
  join(directory, 'runs', `${repetition}-${arm}`)

const file = (directory: string): string => join(directory, 'benchmark.json')

export async function writeBenchmark(directory: string, benchmark: Benchmark): Promise<void> {
  await withWriteErrors(directory, () => writeFileAtomic(file(directory), `${JSON.stringify(benchmark, null, 1)}\n`))
}

const newerVersion = z.object({ format: z.literal('distrinews-benchmark'), version: z.int().min(3) })

/** Throws BENCHMARK_NOT_FOUND, with the field where the file is damaged. */
export async function readBenchmark(path: string): Promise<Benchmark> {
  let text: string
  try {
    text = (await readSmallFile(path.endsWith('.json') ? path : file(path))).toString('utf8')
  } catch (error) {
    if (error instanceof FileFormatError) throw notFound(`${path} is no benchmark: ${error.message}.`)
    if (systemErrorCode(error) === 'ENOTDIR') throw notFound(`${path} is a file, and not a .json file.`)
    if (systemErrorCode(error) !== null) throw notFound(`${path} cannot be read (${systemErrorCode(error)}).`)
    throw error
  }
  try {
    const content: unknown = JSON.parse(text)
    const parsed = benchmarkSchema.safeParse(content)
    if (parsed.success) return parsed.data
    const newer = newerVersion.safeParse(content)
    if (newer.success) throw notFound(`${path} has version ${newer.data.version}: a newer lab wrote it.`)
    throw notFound(`${path} is no benchmark: ${z.prettifyError(parsed.error).slice(0, 400)}.`)
  } catch (error) {
    if (error instanceof SyntaxError) throw notFound(`${path} is not JSON.`)
    throw error
  }
}

/** Newest first; what cannot be read is passed over. */
export async function listBenchmarks(labDirectory: string): Promise<Benchmark[]> {
  let names: string[]
  try {
    names = await readdir(join(labDirectory, 'benchmarks'))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
  const found = await Promise.all(
    names
      .filter((name) => pattern.test(name))
      .toSorted()
      .toReversed()
      .map((name) =>
        readBenchmark(benchmarkDirectory(labDirectory, name)).catch((error: unknown) => {
          if (error instanceof LabError) return null
          throw error
        }),
      ),
  )
  return found.filter((benchmark) => benchmark !== null)
}

/** What a repetition leaves besides its record and metrics: weights, which nobody needs and which fill the disk. */
export async function dropWeights(runDirectory: string): Promise<void> {
  for (const name of ['checkpoints', 'model']) await rm(join(runDirectory, name), { recursive: true, force: true })
}

const notFound = (cause: string): LabError =>
  new LabError({
    code: 'BENCHMARK_NOT_FOUND',
    title: 'There is no such benchmark',
    cause,
    suggestion: 'Choose one from the list, or give the folder or the benchmark.json of one.',
  })
