/** Real runs for the faults that train: small, deterministic, in a lab directory of their own; nothing of them stays. */
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readModelFolder } from '../../electron/checkpoint/model-folder.ts'
import { readMetrics } from '../../electron/supervisor/metrics-file.ts'
import { modelDirectory } from '../../electron/supervisor/run-directory.ts'
import type { RunHandle } from '../../electron/supervisor/run-handle.ts'
import { RunStore } from '../../electron/supervisor/run-store.ts'
import { RunSupervisor } from '../../electron/supervisor/supervisor.ts'
import type { Hardware } from '../../shared/domain/hardware.ts'
import { type RunConfig, runConfigSchema } from '../../shared/domain/run-config.ts'
import { smallNewsCsv } from '../helpers/small-news.ts'
import { inTemporaryDirectory } from './temporary.ts'

const hardware: Hardware = { cpuModel: 'test', cpuCores: 2, ramBytes: 1, os: 'test', gpus: [], backends: [], versions: {} }

export interface Bench {
  labDirectory: string
  store: RunStore
  /** 300 rows make 15 steps an epoch. */
  config(change?: Record<string, unknown>): RunConfig
  start(config: RunConfig): Promise<RunHandle>
  resume(runDirectory: string, config: RunConfig): Promise<RunHandle>
}

export const withBench = <T>(work: (bench: Bench) => Promise<T>): Promise<T> =>
  inTemporaryDirectory((labDirectory) => withBenchIn(labDirectory, work))

/** The lab is `labDirectory`, which must be empty. */
export async function withBenchIn<T>(labDirectory: string, work: (bench: Bench) => Promise<T>): Promise<T> {
  const path = join(labDirectory, 'news.csv')
  await writeFile(path, smallNewsCsv(300))
  const store = new RunStore(labDirectory)
  const supervisor = new RunSupervisor()
  const common = { store, hardware, command: 'faults' }
  const recipe = { model: 'tiny', threadsPerRank: 1, microBatch: 8, learningRate: 1e-3, maxLength: 32, validationFraction: 0.2 }
  try {
    return await work({
      labDirectory,
      store,
      config: (change = {}) => runConfigSchema.parse({ ...recipe, data: { kind: 'csv', path }, epochs: 3, ...change }),
      start: (config) => supervisor.startRun({ ...common, config }),
      resume: (runDirectory, config) => supervisor.startRun({ ...common, config, runDirectory, resume: true }),
    })
  } finally {
    await supervisor.active?.kill()
  }
}

/** Milliseconds until `condition` holds; null where it does not in time. */
export async function until(condition: () => boolean, timeoutMs: number, everyMs = 2): Promise<number | null> {
  const began = performance.now()
  while (!condition()) {
    if (performance.now() - began > timeoutMs) return null
    await delay(everyMs)
  }
  return performance.now() - began
}

/** Resolves when all ranks have made `more` steps from now on; false where the run ends before. */
export async function advanced(run: RunHandle, more: number, timeoutMs = 60_000): Promise<boolean> {
  let over = false
  void run.finished.then(() => (over = true))
  const goal = run.detail().progress.step + more
  await until(() => over || run.detail().progress.step >= goal, timeoutMs)
  return !over && run.detail().progress.step >= goal
}

export const pidsOf = (run: RunHandle): (number | null)[] => run.detail().ranks.map(({ pid }) => pid)

/** Milliseconds until other processes than `pids` have made a step; null where the run ends instead, or does not in time. */
export async function trainsAgain(run: RunHandle, pids: readonly (number | null)[], timeoutMs = 30_000): Promise<number | null> {
  let over = false
  let stepped = false
  void run.finished.then(() => (over = true))
  const others = (): boolean => pidsOf(run).every((pid) => pid !== null && !pids.includes(pid))
  const unsubscribe = run.events.subscribe((event) => {
    if (event.type === 'delta' && event.steps.length > 0 && others()) stepped = true
  })
  const waited = await until(() => over || stepped, timeoutMs)
  unsubscribe()
  return stepped ? waited : null
}

/** Digest of the weights that a run has published. */
export async function weightsOf(runDirectory: string): Promise<string> {
  const { tensors } = await readModelFolder(modelDirectory(runDirectory))
  const hash = createHash('sha256')
  for (const [name, { data }] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return hash.digest('hex')
}

/** The loss of each step, to the last bit. */
export async function curveOf(runDirectory: string): Promise<string> {
  const { steps, epochs } = await readMetrics(runDirectory)
  return JSON.stringify([
    steps.map(({ step, globalLoss }) => [step, globalLoss]),
    epochs.map(({ epoch, validationLoss }) => [epoch, validationLoss]),
  ])
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
