/**
 * Arms of experiments whose verdict is about time, or that make a whole run once more, on real ranks; every experiment is in
 * experiments-*.test.ts.
 */
import { expect, it } from 'vitest'
import { elasticFacts, elasticRestart, killAtStep } from '../../shared/lessons/elastic-restart.ts'
import { runElastic } from '../helpers/elastic-run.ts'
import { keepsBelowTwice } from '../helpers/experiment.ts'

it('11: without checkpoints an elastic run repeats all rows', async () => {
  const broken = await runElastic('broken')
  expect(elasticRestart(broken)).toMatchObject({ met: false, because: expect.stringMatching(/the last checkpoint was \d+ steps old/) })
  expect(elasticFacts(broken)).toMatchObject({ resumedFromStep: 0 })
  expect(elasticFacts(broken)!.repeatedSamples).toBeGreaterThanOrEqual(killAtStep * 64)
})

it.each(['starved-loader', 'tiny-batch', 'straggler'] as const)('17: %s keeps two ranks below twice the speed', (broken) =>
  keepsBelowTwice(broken, /Forward and backward pass are/),
)
