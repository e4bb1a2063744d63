/** Real runs on a small invented CSV, for tests that start rank processes. They need the built entries of `npm run build`. */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { readModelFolder } from '../../electron/checkpoint/model-folder.ts'
import { entryFile } from '../../electron/paths.ts'
import { modelDirectory } from '../../electron/supervisor/run-directory.ts'
import type { RunHandle } from '../../electron/supervisor/run-handle.ts'
import { RunStore } from '../../electron/supervisor/run-store.ts'
import { RunSupervisor } from '../../electron/supervisor/supervisor.ts'
import { type RunConfig, type RunConfigInput, runConfigSchema } from '../../shared/domain/run-config.ts'
import type { Hardware } from '../../shared/domain/hardware.ts'
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
}

/** A lab directory with a CSV of `rowCount` rows. What is still running at the end of the test is killed. */
export async function createBench(rowCount: number): Promise<Bench> {
  if (!existsSync(entryFile('rank'))) throw new Error(`${entryFile('rank')} is missing: build first (npm run build)`)
  const lab = await temporaryDirectory()
  const path = join(lab, 'news.csv')
  await writeFile(path, smallNewsCsv(rowCount))
  const store = new RunStore(lab)
  const supervisor = new RunSupervisor()
  onTestFinished(async () => void (await supervisor.active?.kill()))
  const common = { store, hardware: testHardware, command: 'test' }
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
        ...change,
      }),
    start: (config, runDirectory) => supervisor.startRun({ ...common, config, ...(runDirectory === undefined ? {} : { runDirectory }) }),
    resume: (runDirectory, config) => supervisor.startRun({ ...common, config, runDirectory, resume: true }),
  }
}

/** Resolves when all ranks have reported step `step`. Rejects when the run ends before. */
export function reached(run: RunHandle, step: number): Promise<void> {
  return new Promise((resolve, reject) => {
    run.events.subscribe(() => {
      if (run.detail().progress.step >= step) resolve()
    })
    void run.finished.then((record) => reject(new Error(`the run ended before step ${step}: ${JSON.stringify(record.error)}`)))
  })
}

export const parametersOf = async (runDirectory: string) => (await readModelFolder(modelDirectory(runDirectory))).tensors

export const pidsOf = (run: RunHandle): number[] => run.detail().ranks.map(({ pid }) => pid!)

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
