/**
 * The files of one run besides its checkpoints: `run.json` (the record, replaced atomically), `metrics.jsonl`,
 * `ranks.json` (what became of each rank, written at the end), `log.txt`, and while it goes on `.reserve`. Knows the shapes,
 * not the course of a run.
 */
import { randomBytes } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { writeFileAtomic } from '../checkpoint/atomic.ts'
import { withRoom } from '../checkpoint/disk-space.ts'
import { systemErrorCode, toWriteError, withWriteErrors } from '../checkpoint/file-errors.ts'
import { nodeFileSystem } from '../checkpoint/file-system.ts'
import { makeDirectory } from '../checkpoint/make-directory.ts'
import { hasModel, modelFolderName } from '../checkpoint/model-folder.ts'
import { assertEmpty } from '../checkpoint/new-folder.ts'
import { LabError } from '../../shared/contract/errors.ts'
import {
  finalRunStates,
  type RankStatus,
  rankStatusSchema,
  type RunDetail,
  type RunProgress,
  type RunRecord,
  runRecordSchema,
  type RunState,
} from '../../shared/domain/run.ts'
import { readMetrics, type RunMetrics } from './metrics-file.ts'

export const modelDirectory = (runDirectory: string): string => join(runDirectory, modelFolderName)
export const logFile = (runDirectory: string): string => join(runDirectory, 'log.txt')
const recordFile = (runDirectory: string): string => join(runDirectory, 'run.json')
const ranksFile = (runDirectory: string): string => join(runDirectory, 'ranks.json')
const reserveFile = (runDirectory: string): string => join(runDirectory, '.reserve')

const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  const room = { what: "the run's own files", directory: dirname(file), bytes: Buffer.byteLength(content) }
  await withWriteErrors(file, () => withRoom(room, nodeFileSystem, () => writeFileAtomic(file, content)))
}

/** Throws DISK_FULL, with how much it needs, or OUTPUT_NOT_WRITABLE. */
export async function writeRecord(runDirectory: string, record: RunRecord): Promise<void> {
  await writeWhole(recordFile(runDirectory), toJson(record))
}

/** Throws as `writeRecord` does. */
export async function writeRanks(runDirectory: string, ranks: readonly RankStatus[]): Promise<void> {
  await writeWhole(ranksFile(runDirectory), toJson(ranks))
}

/** Enough for record and ranks at the end, beside the slack that `withRoom` wants. */
const reserveBytes = 256 * 1024

/** Takes room on the disk before others fill it, so that a run that a full disk ends can still write down that it did. */
export async function takeReserve(runDirectory: string): Promise<void> {
  // Not zeros: some file systems store those in no room at all.
  await writeWhole(reserveFile(runDirectory), randomBytes(reserveBytes))
}

/** Gives it back. True where there was one. */
export async function releaseReserve(runDirectory: string): Promise<boolean> {
  try {
    await rm(reserveFile(runDirectory))
    return true
  } catch {
    return false
  }
}

const notFound = (runDirectory: string, cause: string, error?: unknown): LabError =>
  new LabError(
    {
      code: 'RUN_NOT_FOUND',
      title: 'There is no such run',
      cause: `${runDirectory}: ${cause}.`,
      suggestion: 'Choose one from the list of runs.',
    },
    { cause: error },
  )

/** The record as it was last written. Throws RUN_NOT_FOUND. */
export async function readRecord(runDirectory: string): Promise<RunRecord> {
  try {
    const parsed = runRecordSchema.safeParse(JSON.parse(await readFile(recordFile(runDirectory), 'utf8')))
    if (parsed.success) return parsed.data
    throw notFound(runDirectory, `run.json is damaged (${z.prettifyError(parsed.error)})`)
  } catch (error) {
    if (error instanceof LabError) throw error
    throw notFound(runDirectory, systemErrorCode(error) === null ? 'run.json is damaged' : 'it has no run.json that can be read', error)
  }
}

/** Ranks as they ended; empty for a run that has not ended or whose lab died. */
async function readRanks(runDirectory: string): Promise<RankStatus[]> {
  try {
    return z.array(rankStatusSchema).safeParse(JSON.parse(await readFile(ranksFile(runDirectory), 'utf8'))).data ?? []
  } catch {
    return []
  }
}

const words: Record<RunState, string> = {
  starting: 'starting',
  running: 'training',
  restarting: 'restarting',
  stopping: 'stopping',
  paused: 'paused: resume it when you like',
  stopped: 'stopped',
  done: 'finished',
  failed: 'failed',
  lost: 'lost: the lab ended while this run was going on',
}

export const finalActivity = (state: RunState): string => words[state]

/** Progress of a run that is over, from what it left. */
export function restingProgress(record: RunRecord, { steps, epochs }: RunMetrics): RunProgress {
  const lastStep = steps.at(-1)
  return {
    step: lastStep?.step ?? 0,
    totalSteps: record.totalSteps,
    epoch: lastStep?.epoch ?? 0,
    elapsedMs: Math.max(lastStep?.elapsedMs ?? 0, epochs.at(-1)?.elapsedMs ?? 0),
    etaMs: null,
    activity: finalActivity(record.state),
  }
}

/** Everything that the directory tells about its run. `shown` maps the record to what is true now. Throws RUN_NOT_FOUND. */
export async function readDetail(runDirectory: string, shown: (record: RunRecord) => RunRecord): Promise<RunDetail> {
  const record = shown(await readRecord(runDirectory))
  const metrics = await readMetrics(runDirectory)
  const notes =
    metrics.badLineCount === 0 ? record.notes : [...record.notes, `${metrics.badLineCount} damaged lines of metrics.jsonl are left out.`]
  return {
    record: { ...record, notes },
    progress: restingProgress(record, metrics),
    ranks: finalRunStates.includes(record.state) ? await readRanks(runDirectory) : [],
    steps: metrics.steps,
    epochs: metrics.epochs,
    hasModel: await hasModel(modelDirectory(runDirectory)),
  }
}

/**
 * Makes `runDirectory` (parents too) and tries to write into it. Throws OUTPUT_NOT_WRITABLE, also where something is there
 * already: a run never mixes with other files.
 */
export async function prepareNewDirectory(runDirectory: string): Promise<void> {
  let names: string[]
  try {
    await makeDirectory(runDirectory)
    names = await readdir(runDirectory)
    const probe = join(runDirectory, '.writable')
    await writeFileAtomic(probe, '')
    await rm(probe)
  } catch (error) {
    throw toWriteError(error, runDirectory)
  }
  assertEmpty(runDirectory, names)
}
