/**
 * A process made to be stopped and killed: starts a run, or resumes the one whose directory is given, and prints what it
 * knows of it, a line of JSON ten times a second and at the end.
 */
import { writeSync } from 'node:fs'
import { RunStore } from '../../electron/supervisor/run-store.ts'
import { readRecord } from '../../electron/supervisor/run-directory.ts'
import { RunSupervisor } from '../../electron/supervisor/supervisor.ts'
import { runConfigSchema } from '../../shared/domain/run-config.ts'

const [labDirectory, config, runDirectory] = process.argv.slice(2) as [string, string, string | undefined]
const run = await new RunSupervisor().startRun({
  store: new RunStore(labDirectory),
  config: runDirectory === undefined ? runConfigSchema.parse(JSON.parse(config)) : (await readRecord(runDirectory)).config,
  hardware: { cpuModel: 'test', cpuCores: 2, ramBytes: 1, os: 'test', gpus: [], backends: [], versions: {} },
  command: 'faults',
  ...(runDirectory === undefined ? {} : { runDirectory, resume: true }),
})

export interface Seen {
  runDirectory: string
  state: string
  step: number
  error: string | null
  attempt: number
  /** Name of the newest checkpoint that was reported as saved. */
  saved: string | null
}

run.events.subscribe(() => {
  const { record, progress } = run.detail()
  const seen: Seen = {
    runDirectory: run.runDirectory,
    state: record.state,
    step: progress.step,
    error: record.error?.title ?? null,
    attempt: record.attempt,
    saved: record.checkpoint,
  }
  // Synchronous: what was printed had happened.
  writeSync(1, `${JSON.stringify(seen)}\n`)
})
await run.finished
