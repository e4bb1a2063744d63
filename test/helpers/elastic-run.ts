/** Experiment 11 as a person makes it: a whole run of the lab that loses a rank. */
import { onTestFinished } from 'vitest'
import { RunStore } from '../../electron/supervisor/run-store.ts'
import { RunSupervisor } from '../../electron/supervisor/supervisor.ts'
import { runConfigSchema } from '../../shared/domain/run-config.ts'
import type { RunDetail } from '../../shared/domain/run.ts'
import { type ElasticArm, elasticConfig, killAtStep, killedRank } from '../../shared/lessons/elastic-restart.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { reached, testHardware } from './training-runs.ts'

export async function runElastic(arm: ElasticArm): Promise<RunDetail> {
  const supervisor = new RunSupervisor()
  onTestFinished(async () => void (await supervisor.active?.kill()))
  const store = new RunStore(await temporaryDirectory())
  const config = runConfigSchema.parse({ ...elasticConfig(arm), threadsPerRank: 1 })
  const run = await supervisor.startRun({ store, config, hardware: testHardware, command: 'test' })
  await reached(run, killAtStep)
  run.injectFault(killedRank, 'kill')
  await run.finished
  return store.get(run.runId)
}
