/**
 * Starts runs and resumes them, one at a time: checks what can be checked before a process is forked, makes or renews the
 * record, and hands the rest to a session.
 */
import { availableParallelism } from 'node:os'
import { withRoom } from '../checkpoint/disk-space.ts'
import { nodeFileSystem } from '../checkpoint/file-system.ts'
import { configDigest } from '../checkpoint/state.ts'
import { hasModel } from '../checkpoint/model-folder.ts'
import { describeModel } from '../pretrained/open-model.ts'
import { LabError } from '../../shared/contract/errors.ts'
import type { Hardware } from '../../shared/domain/hardware.ts'
import { type ModelConfig, modelPresets } from '../../shared/domain/model-config.ts'
import { modelTitle, type RunConfig } from '../../shared/domain/run-config.ts'
import { finalRunStates, type RunRecord } from '../../shared/domain/run.ts'
import { shortestStepLimitMs as defaultShortestMs } from '../../shared/domain/step-limit.ts'
import { assignDevices, likeGpus } from './device-assignment.ts'
import { resumed } from './incident.ts'
import { findResumePoint, notResumable } from './resume-point.ts'
import { modelDirectory, prepareNewDirectory, readRecord, takeReserve, writeRecord } from './run-directory.ts'
import type { RunHandle } from './run-handle.ts'
import { generateRunId } from './run-id.ts'
import type { RunStore } from './run-store.ts'
import { RunSession, type SessionOptions } from './session.ts'

export interface StartRunOptions {
  store: RunStore
  /** Parsed. For a resume, that of the record: a run's configuration never changes. */
  config: RunConfig
  hardware: Hardware
  /** The shell command that repeats the run. */
  command: string
  /** Where a model of the hub lies on this machine; not needed for a folder, nor for a resume. */
  modelDirectory?: string
  /** A new or empty directory for the run, or the directory of the run to resume. Absent: a new one in the store. */
  runDirectory?: string
  /** Goes on from the newest valid checkpoint of `runDirectory`. */
  resume?: boolean
  /** Times the forward pass by itself after the last step: see `RankStatus.forwardShare`. */
  timesForward?: boolean
}

type Prepared = Pick<SessionOptions, 'runDirectory' | 'record' | 'steps' | 'epochs' | 'resumeFrom' | 'resumeStep' | 'modelDirectory'>

export class RunSupervisor {
  #active: RunSession | null = null
  #starting = false
  readonly #shortestStepLimitMs: number

  /** In less than `shortestStepLimitMs` no step is called a stall; for tests that cannot wait so long. */
  constructor(shortestStepLimitMs = defaultShortestMs) {
    this.#shortestStepLimitMs = shortestStepLimitMs
  }

  /** The run that is going on, or null. */
  get active(): RunHandle | null {
    return this.#active
  }

  /**
   * Makes the record and starts the ranks; resolves as soon as their processes are started. Throws RUN_ALREADY_ACTIVE,
   * CONFIG_INVALID, OUTPUT_NOT_WRITABLE, DISK_FULL; for a resume also RUN_NOT_FOUND, RUN_NOT_RESUMABLE, CHECKPOINT_NOT_FOUND.
   */
  async startRun(options: StartRunOptions): Promise<RunHandle> {
    const askedAtMs = performance.now()
    if (this.#starting || this.#active !== null) throw alreadyActive(this.#active?.runId ?? null)
    this.#starting = true
    try {
      const threadsPerRank = chooseThreads(options.config)
      const devices = assignDevices(options.config.device, options.config.worldSize, threadsPerRank, options.hardware)
      const prepared = options.resume === true ? await prepareResume(options) : await prepareStart(options)
      const record: RunRecord = { ...prepared.record, threadsPerRank, supervisorPid: process.pid }
      await takeReserve(prepared.runDirectory)
      await writeRecord(prepared.runDirectory, record)
      const session = new RunSession({
        ...prepared,
        record,
        threadsPerRank,
        devices,
        askedAtMs,
        shortestStepLimitMs: this.#shortestStepLimitMs,
        cacheDirectory: options.store.cacheDirectory,
        timesForward: options.timesForward ?? false,
        hasModel: await hasModel(modelDirectory(prepared.runDirectory)),
      })
      options.store.supervised.add(record.id)
      this.#active = session
      void session.finished.then(() => {
        options.store.supervised.delete(record.id)
        this.#active = null
      })
      await session.start()
      return session
    } finally {
      this.#starting = false
    }
  }

  /** Stops the active run, if any, as its `stop` does. */
  async close(): Promise<void> {
    await this.#active?.stop()
  }
}

/**
 * Everything random is counted and everything summed has an order, so a run repeats to the bit with as many threads;
 * with another number products may be cut in other places. A deterministic run does not leave that to the machine.
 */
function chooseThreads({ threadsPerRank, deterministic, worldSize }: RunConfig): number {
  return threadsPerRank ?? (deterministic ? 1 : Math.max(1, Math.floor(availableParallelism() / worldSize)))
}

const alreadyActive = (runId: string | null): LabError =>
  new LabError({
    code: 'RUN_ALREADY_ACTIVE',
    title: 'Another run is going on',
    cause: runId === null ? 'A run is just being started.' : `Run ${runId} has not ended yet.`,
    suggestion: 'Wait for it or stop it first: two runs at once would slow each other and spoil both measurements.',
  })

function checkConfig({ maxLength, freeze }: RunConfig, title: string, { maxPositionEmbeddings, nLayers }: Sizes): void {
  if (maxLength > maxPositionEmbeddings) {
    throw new LabError({
      code: 'CONFIG_INVALID',
      title: 'The maximum length is too long for this model',
      cause: `${title} has ${maxPositionEmbeddings} positions, fewer than the ${maxLength} tokens asked for.`,
      suggestion: `Choose a maximum length of at most ${maxPositionEmbeddings}, or a larger model.`,
    })
  }
  if (Number(freeze) > nLayers) {
    throw new LabError({
      code: 'CONFIG_INVALID',
      title: 'More layers are to be frozen than there are',
      cause: `${title} has ${nLayers} layers, fewer than the ${freeze} to be frozen.`,
      suggestion: `Freeze at most ${nLayers} layers.`,
    })
  }
}

type Sizes = Pick<ModelConfig, 'maxPositionEmbeddings' | 'nLayers'>

/** Of the preset, or of the pretrained model, which is looked at before any process is forked. Throws MODEL_NOT_FOUND or MODEL_INVALID. */
async function sizesOf(config: RunConfig, modelDirectory: string | null): Promise<Sizes> {
  if (config.initFrom === undefined) return modelPresets[config.model]
  if (modelDirectory === null) throw new Error('a run from a model of the hub needs the directory of the model')
  return (await describeModel(modelDirectory)).config
}

async function prepareStart({ store, config, hardware, command, modelDirectory, runDirectory }: StartRunOptions): Promise<Prepared> {
  const { initFrom } = config
  const from = initFrom?.kind === 'folder' ? initFrom.path : (modelDirectory ?? null)
  checkConfig(config, modelTitle(config), await sizesOf(config, from))
  const now = new Date()
  const id = generateRunId(config.initFrom ? 'pretrained' : config.model, now)
  const directory = runDirectory ?? store.directory(id)
  await prepareNewDirectory(directory)
  const crowded = crowdingNote(config, hardware)
  const record: RunRecord = {
    format: 1,
    id,
    createdAt: now.toISOString(),
    endedAt: null,
    config,
    state: 'starting',
    supervisorPid: null,
    error: null,
    attempt: 1,
    command,
    hardware,
    dataset: null,
    trainCount: null,
    validationCount: null,
    tokenizerDigest: null,
    firstWeightsDigest: null,
    lastWeightsDigest: null,
    modelConfig: null,
    parameterCount: null,
    trainableParameterCount: null,
    threadsPerRank: null,
    totalSteps: null,
    timeToFirstStepMs: null,
    notes: crowded === null ? [] : [crowded],
    checkpoint: null,
    incidents: [],
    imported: null,
  }
  return { runDirectory: directory, record, steps: [], epochs: [], resumeFrom: null, resumeStep: 0, modelDirectory: from }
}

function crowdingNote({ device, worldSize }: RunConfig, hardware: Hardware): string | null {
  const isGpu = device === 'webgpu' || device === 'cuda'
  const count = isGpu ? likeGpus(hardware, device).length : availableParallelism()
  if (worldSize <= count) return null
  const noun = isGpu ? 'GPU' : 'core'
  return `${worldSize} ranks share ${count} ${noun}${count === 1 ? '' : 's'}: they take turns, and throughput says little.`
}

/** Throws DISK_FULL where the next checkpoint would not fit: rather now than after another epoch. */
async function checkRoom(directory: string, { parameterCount }: RunRecord): Promise<void> {
  // Parameters and both moments, four bytes a number.
  const bytes = 12 * (parameterCount ?? 0)
  await withRoom({ what: 'the next checkpoint', directory, bytes }, nodeFileSystem, () => Promise.resolve())
}

async function prepareResume({ store, config, hardware, runDirectory }: StartRunOptions): Promise<Prepared> {
  if (runDirectory === undefined) throw new Error('a resume needs the directory of its run')
  const record = store.shown(await readRecord(runDirectory))
  if (!finalRunStates.includes(record.state)) throw alreadyActive(record.id)
  if (record.state === 'done') throw notResumable('It has finished all its epochs.', 'Start a new run with more epochs.')
  if (configDigest(config) !== configDigest(record.config))
    throw notResumable('A resumed run keeps its configuration.', 'Start a new run to change it.')
  await checkRoom(runDirectory, record)
  // Paused before anything was saved: it goes on from nothing, if what it began with is at hand.
  const { initFrom } = config
  const fromBeginning = record.state === 'paused' && initFrom?.kind !== 'hub' && !(await hasModel(modelDirectory(runDirectory)))
  const point = await findResumePoint(runDirectory, record, fromBeginning)
  const notes = [...record.notes, ...point.notes]
  if (point.resumeFrom === null && !fromBeginning) {
    const damaged = point.notes.length > 0
    if (damaged) await writeRecord(runDirectory, { ...record, notes })
    throw new LabError({
      code: damaged ? 'CHECKPOINT_CORRUPT' : 'CHECKPOINT_NOT_FOUND',
      title: 'There is no checkpoint to go on from',
      cause: damaged ? point.notes.join(' ') : 'The run ended before its first checkpoint was saved.',
      suggestion: 'Start the run anew.',
    })
  }
  const { steps, epochs, resumeFrom, step: resumeStep } = point
  return {
    runDirectory,
    record: {
      ...record,
      hardware,
      notes,
      state: 'starting',
      attempt: record.attempt + 1,
      endedAt: null,
      error: null,
      incidents: resumed(record.incidents, point.step, config.worldSize),
    },
    steps,
    epochs,
    resumeFrom,
    resumeStep,
    modelDirectory: initFrom?.kind === 'folder' ? initFrom.path : null,
  }
}
