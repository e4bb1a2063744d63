/** Experiment 11 as a person makes it: a whole run of the lab, a rank killed, and the judgement of what went on. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { RunStore } from '../../electron/supervisor/run-store.ts'
import { RunSupervisor } from '../../electron/supervisor/supervisor.ts'
import { runConfigSchema } from '../../shared/domain/run-config.ts'
import type { RunDetail } from '../../shared/domain/run.ts'
import {
  type ElasticArm,
  elasticConfig,
  elasticFacts,
  elasticRestart,
  killAtStep,
  killedRank,
} from '../../shared/lessons/elastic-restart.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { reached, testHardware } from '../helpers/training-runs.ts'

async function runElastic(arm: ElasticArm): Promise<RunDetail> {
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

describe('11: an elastic run that loses a rank', () => {
  it('repeats a few rows with checkpoints, and all of them without', async () => {
    const [fixed, broken] = [await runElastic('fixed'), await runElastic('broken')]
    expect(elasticRestart(fixed)).toMatchObject({ met: true })
    expect(elasticRestart(broken)).toMatchObject({ met: false, because: expect.stringMatching(/the last checkpoint was \d+ steps old/) })
    expect(elasticFacts(fixed)).toMatchObject({ ranksBefore: 2, ranksAfter: 1 })
    expect(elasticFacts(fixed)!.repeatedSamples).toBeLessThanOrEqual(15 * 64)
    expect(elasticFacts(broken)).toMatchObject({ resumedFromStep: 0 })
    expect(elasticFacts(broken)!.repeatedSamples).toBeGreaterThanOrEqual(killAtStep * 64)
    // A run that lost nobody proves nothing.
    expect(elasticRestart({ ...fixed, record: { ...fixed.record, incidents: [] } }).met).toBe(false)
  })
})
