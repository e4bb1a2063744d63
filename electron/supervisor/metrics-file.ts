/**
 * `metrics.jsonl` of a run: one JSON line for each step and epoch, only ever appended to while the run goes on. A process
 * that was killed may leave half a line at the end; readers drop it. Only a resume rewrites the file, to forget the steps
 * after the checkpoint it goes on from.
 */
import { appendFile, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../checkpoint/atomic.ts'
import { withRoom } from '../checkpoint/disk-space.ts'
import { systemErrorCode, withWriteErrors } from '../checkpoint/file-errors.ts'
import { nodeFileSystem } from '../checkpoint/file-system.ts'
import { type EpochMetrics, type MetricsLine, metricsLineSchema, type StepMetrics } from '../../shared/domain/metrics.ts'

export interface RunMetrics {
  steps: StepMetrics[]
  epochs: EpochMetrics[]
  /** Lines in the middle of the file that are not metrics; 0 unless the file was damaged. */
  badLineCount: number
}

export const metricsFile = (runDirectory: string): string => join(runDirectory, 'metrics.jsonl')

const toText = (lines: readonly MetricsLine[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('')

/** Runs `write`, which writes `text`. Throws DISK_FULL with how much it needs. */
async function withRoomFor(runDirectory: string, text: string, write: () => Promise<unknown>): Promise<void> {
  const room = { what: "the run's metrics", directory: runDirectory, bytes: Buffer.byteLength(text) }
  await withWriteErrors(metricsFile(runDirectory), () => withRoom(room, nodeFileSystem, write))
}

export async function appendMetrics(runDirectory: string, lines: readonly MetricsLine[]): Promise<void> {
  const text = toText(lines)
  await withRoomFor(runDirectory, text, () => appendFile(metricsFile(runDirectory), text))
}

/** Flushes to the disk what was appended. Where there is no such file yet, there is nothing to flush. */
export async function flushMetrics(runDirectory: string): Promise<void> {
  const file = metricsFile(runDirectory)
  await withWriteErrors(file, async () => {
    try {
      const handle = await open(file, 'r+')
      try {
        await handle.sync()
      } finally {
        await handle.close()
      }
    } catch (error) {
      // Not every file system can flush.
      if (systemErrorCode(error) !== 'ENOENT' && systemErrorCode(error) !== 'EINVAL') throw error
    }
  })
}

async function readText(runDirectory: string): Promise<string> {
  try {
    return await readFile(metricsFile(runDirectory), 'utf8')
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return ''
    throw error
  }
}

function parseLine(line: string): MetricsLine | null {
  try {
    return metricsLineSchema.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null
  }
}

/** All metrics of a run in order; empty where there are none yet. */
export async function readMetrics(runDirectory: string): Promise<RunMetrics> {
  const lines = (await readText(runDirectory)).split('\n')
  // What follows the last line end is nothing, or a line cut short.
  lines.pop()
  const metrics: RunMetrics = { steps: [], epochs: [], badLineCount: 0 }
  for (const line of lines) {
    const parsed = parseLine(line)
    if (parsed === null) metrics.badLineCount++
    else if (parsed.type === 'step') metrics.steps.push(parsed)
    else metrics.epochs.push(parsed)
  }
  return metrics
}

export interface LastMetrics {
  step: StepMetrics | null
  epoch: EpochMetrics | null
}

/** The newest step and epoch only, without parsing the rest: for lists of many runs. */
export async function readLastMetrics(runDirectory: string): Promise<LastMetrics> {
  const text = await readText(runDirectory)
  const last: LastMetrics = { step: null, epoch: null }
  let end = text.lastIndexOf('\n')
  while (end > 0 && (last.step === null || last.epoch === null)) {
    const begin = text.lastIndexOf('\n', end - 1) + 1
    const wanted = text.startsWith('{"type":"epoch"', begin) ? last.epoch === null : last.step === null
    const parsed = wanted ? parseLine(text.slice(begin, end)) : null
    if (parsed?.type === 'step') last.step ??= parsed
    if (parsed?.type === 'epoch') last.epoch ??= parsed
    end = begin - 1
  }
  return last
}

/** Forgets everything after `step` and returns what is left. */
export async function truncateMetrics(runDirectory: string, step: number): Promise<RunMetrics> {
  const { steps, epochs } = await readMetrics(runDirectory)
  const kept = { steps: steps.filter((line) => line.step <= step), epochs: epochs.filter((line) => line.step <= step) }
  // An epoch's line follows its last step.
  const lines: MetricsLine[] = [...kept.steps, ...kept.epochs].sort(
    (a, b) => a.step - b.step || (a.type === b.type ? 0 : a.type === 'step' ? -1 : 1),
  )
  const text = toText(lines)
  await withRoomFor(runDirectory, text, () => writeFileAtomic(metricsFile(runDirectory), text))
  return { ...kept, badLineCount: 0 }
}
