/**
 * `metrics.jsonl` of a run: one JSON line for each step and epoch, only ever appended to while the run goes on. A process
 * that was killed may leave half a line at the end; readers drop it. Only a resume shortens the file, to forget what comes
 * after the checkpoint it goes on from. Where to cut is found by the checkpoint's step and epoch, not by a stored number of
 * bytes: each attempt begins with a file that was cut, so the lines are in the order of training, and both give the same
 * place. A step alone would not do: its epoch's line may be there although the checkpoint was saved before the evaluation.
 */
import { appendFile, open, readFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { withRoom } from '../checkpoint/disk-space.ts'
import { systemErrorCode, withWriteErrors } from '../checkpoint/file-errors.ts'
import { nodeFileSystem } from '../checkpoint/file-system.ts'
import type { CheckpointState } from '../checkpoint/state.ts'
import { type EpochMetrics, type MetricsLine, metricsLineSchema, type StepMetrics } from '../../shared/domain/metrics.ts'

export interface RunMetrics {
  steps: StepMetrics[]
  epochs: EpochMetrics[]
  /** Lines in the middle of the file that are not metrics; 0 unless the file was damaged. */
  badLineCount: number
}

export const metricsFile = (runDirectory: string): string => join(runDirectory, 'metrics.jsonl')

/** Throws DISK_FULL, with how much it needs, or OUTPUT_NOT_WRITABLE. */
export async function appendMetrics(runDirectory: string, lines: readonly MetricsLine[]): Promise<void> {
  const file = metricsFile(runDirectory)
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  const room = { what: "the run's metrics", directory: runDirectory, bytes: Buffer.byteLength(text) }
  await withWriteErrors(file, () => withRoom(room, nodeFileSystem, () => appendFile(file, text)))
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

async function readBytes(runDirectory: string): Promise<Buffer> {
  try {
    return await readFile(metricsFile(runDirectory))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}

const readText = async (runDirectory: string): Promise<string> => (await readBytes(runDirectory)).toString('utf8')

function parseLine(line: string): MetricsLine | null {
  try {
    return metricsLineSchema.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null
  }
}

const linesAtOnce = 2_000

/** All metrics of a run in order; empty where there are none yet. */
export async function readMetrics(runDirectory: string): Promise<RunMetrics> {
  const lines = (await readText(runDirectory)).split('\n')
  // What follows the last line end is nothing, or a line cut short.
  lines.pop()
  const metrics: RunMetrics = { steps: [], epochs: [], badLineCount: 0 }
  for (const [index, line] of lines.entries()) {
    // A hundred thousand lines take seconds, in which a run may be supervised.
    if (index % linesAtOnce === linesAtOnce - 1) await setImmediate()
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

/** Both are there as a rule: a run ends with the line of its last epoch. */
const endBytes = 256 * 1024

/** The newest step and epoch only, without reading the rest where the end has both: for lists of many runs. */
export async function readLastMetrics(runDirectory: string): Promise<LastMetrics> {
  const last = lastMetricsOf(await readEnd(runDirectory, endBytes))
  return last.step !== null && last.epoch !== null ? last : lastMetricsOf(await readText(runDirectory))
}

/** The last `bytes`, without the line that they cut through; empty where there is no such file yet. */
async function readEnd(runDirectory: string, bytes: number): Promise<string> {
  try {
    const handle = await open(metricsFile(runDirectory), 'r')
    try {
      const { size } = await handle.stat()
      const start = Math.max(0, size - bytes)
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start)
      const text = buffer.toString('utf8', 0, bytesRead)
      return start === 0 ? text : text.slice(text.indexOf('\n') + 1)
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return ''
    throw error
  }
}

function lastMetricsOf(text: string): LastMetrics {
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

/** Where a checkpoint stands: optimizer updates done, and epochs that were trained and evaluated. */
export type HistoryPosition = Pick<CheckpointState, 'step' | 'epoch'>

const isBefore = (line: MetricsLine, { step, epoch }: HistoryPosition): boolean =>
  line.type === 'step' ? line.step <= step : line.epoch < epoch

/**
 * Forgets everything after `position` and returns what is left. Cuts the file where it lies: that takes no room on a disk
 * that has just been full.
 */
export async function truncateMetrics(runDirectory: string, position: HistoryPosition): Promise<RunMetrics> {
  const file = metricsFile(runDirectory)
  const bytes = await readBytes(runDirectory)
  let end = 0
  for (let begin = 0, lineEnd; (lineEnd = bytes.indexOf(0x0a, begin)) !== -1; begin = lineEnd + 1) {
    const line = parseLine(bytes.toString('utf8', begin, lineEnd))
    if (line === null) continue
    if (!isBefore(line, position)) break
    end = lineEnd + 1
  }
  if (end < bytes.length) await withWriteErrors(file, () => truncate(file, end))
  await flushMetrics(runDirectory)
  return readMetrics(runDirectory)
}
