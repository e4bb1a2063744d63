/** Child process: supervises a run and prints the pids of its ranks once it trains. Made to be killed. */
import { RunStore } from '../../electron/supervisor/run-store.ts'
import { RunSupervisor } from '../../electron/supervisor/supervisor.ts'
import { runConfigSchema } from '../../shared/domain/run-config.ts'

const [labDirectory, config] = process.argv.slice(2) as [string, string]
const run = await new RunSupervisor().startRun({
  store: new RunStore(labDirectory),
  config: runConfigSchema.parse(JSON.parse(config)),
  hardware: { cpuModel: 'test', cpuCores: 2, ramBytes: 1, os: 'test', gpus: [], backends: [], versions: {} },
  command: 'test',
})
run.events.subscribe(() => {
  if (run.detail().progress.step > 0)
    console.log(
      run
        .detail()
        .ranks.map(({ pid }) => pid)
        .join(),
    )
})
