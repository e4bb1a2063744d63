/**
 * The runs of one lab, `<lab>/runs/<id>/`: found by looking, there is no index to fall out of step. Ids from outside reach
 * the file system only when they look like generated ones.
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode, withWriteErrors } from '../checkpoint/file-errors.ts'
import { hasModel } from '../checkpoint/model-folder.ts'
import { resolveInside } from '../checkpoint/resolve-inside.ts'
import { LabError } from '../../shared/contract/errors.ts'
import { finalRunStates, type RunDetail, type RunRecord, type RunSummary } from '../../shared/domain/run.ts'
import { readLastMetrics } from './metrics-file.ts'
import { modelDirectory, readDetail, readRecord } from './run-directory.ts'
import { isRunId } from './run-id.ts'

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemErrorCode(error) === 'EPERM'
  }
}

export class RunStore {
  readonly labDirectory: string
  /** Ids of the runs that this process supervises; the supervisor adds and removes them. */
  readonly supervised = new Set<string>()

  constructor(labDirectory: string) {
    this.labDirectory = labDirectory
  }

  get runsDirectory(): string {
    return join(this.labDirectory, 'runs')
  }

  /** Things that can be made again, such as trained vocabularies. */
  get cacheDirectory(): string {
    return join(this.labDirectory, 'cache')
  }

  /** Where the run `id` is or would be. Throws RUN_NOT_FOUND for what is no run's id. */
  directory(id: string): string {
    if (isRunId(id)) return resolveInside(this.runsDirectory, id)
    throw new LabError({
      code: 'RUN_NOT_FOUND',
      title: 'There is no such run',
      cause: `${JSON.stringify(id.slice(0, 80))} is not the name of a run.`,
      suggestion: 'Choose one from the list of runs; names look like 20261124-031500-tiny-ab12.',
    })
  }

  /** Newest first. Directories without a readable record are passed over. */
  async list(): Promise<RunSummary[]> {
    let names: string[]
    try {
      names = await readdir(this.runsDirectory)
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return []
      throw error
    }
    const summaries = await Promise.all(names.filter(isRunId).map((id) => this.#summary(id)))
    return summaries.filter((summary) => summary !== null).sort((a, b) => (a.record.createdAt < b.record.createdAt ? 1 : -1))
  }

  /** Throws RUN_NOT_FOUND. */
  async get(id: string): Promise<RunDetail> {
    return readDetail(this.directory(id), (record) => this.shown(record))
  }

  /** Deletes a run with everything in it. Throws RUN_NOT_FOUND, and RUN_ALREADY_ACTIVE while it is going on. */
  async remove(id: string): Promise<void> {
    const directory = this.directory(id)
    const record = this.shown(await readRecord(directory))
    if (!finalRunStates.includes(record.state)) {
      throw new LabError({
        code: 'RUN_ALREADY_ACTIVE',
        title: 'The run is still going on',
        cause: `Run ${id} is ${record.state}.`,
        suggestion: 'Stop it first, then remove it.',
      })
    }
    await withWriteErrors(directory, () => rm(directory, { recursive: true, force: true }))
  }

  /** The record as it is true now: one that says 'running' under a supervisor that is gone is lost. */
  shown(record: RunRecord): RunRecord {
    if (finalRunStates.includes(record.state) || this.supervised.has(record.id)) return record
    const { supervisorPid } = record
    // A pid can come again: our own, without the run among ours, is that of an earlier process.
    const alive = supervisorPid !== null && supervisorPid !== process.pid && isAlive(supervisorPid)
    return alive ? record : { ...record, state: 'lost', supervisorPid: null }
  }

  async #summary(id: string): Promise<RunSummary | null> {
    const directory = this.directory(id)
    try {
      const record = this.shown(await readRecord(directory))
      const last = await readLastMetrics(directory)
      return {
        record,
        lastStep: last.step?.step ?? 0,
        lastLoss: last.step?.globalLoss ?? null,
        lastEpoch: last.epoch,
        hasModel: await hasModel(modelDirectory(directory)),
      }
    } catch (error) {
      // Being made or removed at this moment, or not a run of ours.
      if (error instanceof LabError && error.info.code === 'RUN_NOT_FOUND') return null
      throw error
    }
  }
}
