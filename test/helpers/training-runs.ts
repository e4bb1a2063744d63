/** Real runs on a small invented CSV, for tests that start rank processes. They need the built entries of `npm run build`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { readModelFolder } from '../../electron/checkpoint/model-folder.ts'
import { entryFile, projectRoot } from '../../electron/paths.ts'
import { modelDirectory } from '../../electron/supervisor/run-directory.ts'
import type { RunHandle } from '../../electron/supervisor/run-handle.ts'
import { RunStore } from '../../electron/supervisor/run-store.ts'
import { RunSupervisor } from '../../electron/supervisor/supervisor.ts'
import { type RunConfig, type RunConfigInput, runConfigSchema } from '../../shared/domain/run-config.ts'
import type { Hardware } from '../../shared/domain/hardware.ts'
import type { RunDetail } from '../../shared/domain/run.ts'
import { bundleForNode } from './bundle.ts'
import { smallNewsCsv } from './small-news.ts'
import { temporaryDirectory } from './temporary-directory.ts'

export { smallNewsCsv } from './small-news.ts'

export const testHardware: Hardware = { cpuModel: 'test', cpuCores: 2, ramBytes: 1, os: 'test', gpus: [], backends: [], versions: {} }

export interface Bench {
  store: RunStore
  supervisor: RunSupervisor
  /** A small configuration on the bench's CSV. */
  config(change?: Partial<RunConfigInput>): RunConfig
  start(config: RunConfig, runDirectory?: string): Promise<RunHandle>
  resume(runDirectory: string, config: RunConfig): Promise<RunHandle>
  /** The same in a process of its own, which has begun to train and is killed at the end of the test. */
  supervise(config: RunConfig): Promise<{ pid: number; runDirectory(): Promise<string> }>
}

/** A lab directory with a CSV of `rowCount` rows. What is still running at the end of the test is killed. */
export async function createBench(rowCount: number, hardware: Hardware = testHardware, shortestStepLimitMs?: number): Promise<Bench> {
  if (!existsSync(entryFile('rank'))) throw new Error(`${entryFile('rank')} is missing: build first (npm run build)`)
  const lab = await temporaryDirectory()
  const path = join(lab, 'news.csv')
  await writeFile(path, smallNewsCsv(rowCount))
  const store = new RunStore(lab)
  const supervisor = new RunSupervisor(shortestStepLimitMs)
  onTestFinished(async () => void (await supervisor.active?.kill()))
  const common = { store, hardware, command: 'test' }
  return {
    store,
    supervisor,
    config: (change = {}) =>
      runConfigSchema.parse({
        data: { kind: 'csv', path },
        model: 'tiny',
        threadsPerRank: 1,
        epochs: 2,
        microBatch: 8,
        learningRate: 1e-3,
        maxLength: 32,
        validationFraction: 0.2,
        // One attempt, unless the test is about more.
        maxRestarts: 0,
        ...change,
      }),
    start: (config, runDirectory) => supervisor.startRun({ ...common, config, ...(runDirectory === undefined ? {} : { runDirectory }) }),
    resume: (runDirectory, config) => supervisor.startRun({ ...common, config, runDirectory, resume: true }),
    supervise: async (config) => {
      const directory = join(projectRoot, 'test-artifacts', `supervise-${process.pid}`)
      const script = await bundleForNode('test/helpers/supervise.ts', directory)
      const child = spawn(process.execPath, [script, lab, JSON.stringify(config)], { stdio: ['ignore', 'pipe', 'inherit'] })
      onTestFinished(async () => {
        const exit = once(child, 'exit')
        child.kill('SIGKILL')
        await exit
        await rm(directory, { recursive: true, force: true })
      })
      await once(child.stdout, 'data')
      child.stdout.resume()
      return { pid: child.pid!, runDirectory: async () => join(store.runsDirectory, (await readdir(store.runsDirectory))[0]!) }
    },
  }
}

/** Resolves with what is known when `holds` first does. Rejects when the run ends before. */
export function until(run: RunHandle, holds: (detail: RunDetail) => boolean): Promise<RunDetail> {
  return new Promise((resolve, reject) => {
    // Not by its events: between two of them a small model makes ten steps.
    const timer = setInterval(() => {
      const detail = run.detail()
      if (!holds(detail)) return
      clearInterval(timer)
      resolve(detail)
    }, 2)
    onTestFinished(() => clearInterval(timer))
    void run.finished.then((record) => reject(new Error(`the run ended before: ${JSON.stringify(record.error)}`)))
  })
}

/** When all ranks have reported step `step`. */
export const reached = (run: RunHandle, step: number): Promise<RunDetail> => until(run, ({ progress }) => progress.step >= step)

export const parametersOf = async (runDirectory: string) => (await readModelFolder(modelDirectory(runDirectory))).tensors

export const pidsOf = (run: RunHandle): number[] => run.detail().ranks.map(({ pid }) => pid!)

/** Pids of all processes below `pid` (Linux). */
export async function descendantsOf(pid: number): Promise<number[]> {
  const children = async (parent: number): Promise<number[]> =>
    (await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8')).trim().split(' ').filter(Boolean).map(Number)
  const below = await children(pid)
  return [...below, ...(await Promise.all(below.map(descendantsOf))).flat()]
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
