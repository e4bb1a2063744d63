/** Experiment 11 as a person makes it: a whole run of the lab, a rank killed, and the judgement of what went on. */
import { expect, it } from 'vitest'
import { elasticFacts, elasticRestart } from '../../shared/lessons/elastic-restart.ts'
import { runElastic } from '../helpers/elastic-run.ts'

it('11: an elastic run that loses a rank repeats a few rows, and is judged by what it repeated', async () => {
  const run = await runElastic('fixed')
  expect(elasticRestart(run)).toMatchObject({ met: true })
  expect(elasticFacts(run)).toMatchObject({ ranksBefore: 2, ranksAfter: 1 })
  expect(elasticFacts(run)!.repeatedSamples).toBeLessThanOrEqual(15 * 64)
  const judged = (incidents: typeof run.record.incidents) => elasticRestart({ ...run, record: { ...run.record, incidents } })
  // As without checkpoints (which is tried in experiments.long.test.ts).
  const fromTheStart = judged(run.record.incidents.map((incident) => ({ ...incident, resumedFromStep: 0 })))
  expect(fromTheStart).toMatchObject({ met: false, because: expect.stringMatching(/the last checkpoint was \d+ steps old/) as string })
  // A run that lost nobody proves nothing.
  expect(judged([]).met).toBe(false)
})
