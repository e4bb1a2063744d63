/**
 * The experiments that train for long, or whose verdict is about time, on real ranks; the others, with one of each kind, are in
 * experiments-*.test.ts.
 */
import { expect, it } from 'vitest'
import { elasticFacts, elasticRestart, killAtStep } from '../../shared/lessons/elastic-restart.ts'
import { runElastic } from '../helpers/elastic-run.ts'
import { holds, keepsBelowTwice, last } from '../helpers/experiment.ts'

it('3: twice the batch at the same learning rate falls behind over the same rows', () =>
  holds({
    program: 'batch-and-rate',
    fixed: 'fixed',
    broken: 'broken',
    says: /the larger batch is .* behind/,
    margins: (fixed) => {
      const curves = fixed.ranks.flatMap(({ probe }) =>
        probe.curves.map(({ ranks, microBatch, losses }) => [ranks, microBatch, losses.length]),
      )
      expect(curves).toEqual(expect.arrayContaining([[1, 32, 96], [1, 64, 48], [2, 16, 96], [2, 32, 48]])) // prettier-ignore
    },
  }))

it('6: the gradient of a summed loss grows with the batch, which SGD feels and AdamW hides', () =>
  holds({
    program: 'sum-loss',
    fixed: 'fixed',
    broken: 'broken',
    says: /32 times that of the mean loss/,
    margins: (fixed, broken) => {
      const [mean, sum] = [fixed.ranks[0]!.probe, broken.ranks[0]!.probe]
      expect(sum.usedGradNorm / sum.meanGradNorm).toBeCloseTo(32, 3)
      expect(mean.usedGradNorm / mean.meanGradNorm).toBeCloseTo(1, 6)
      expect(Math.abs(last(sum.adamW) - last(mean.adamW))).toBeLessThan(0.02)
      expect(Math.max(...sum.sgd)).toBeGreaterThan(10)
      expect(Math.max(...mean.sgd)).toBeLessThan(2)
    },
  }))

it('8: padding the evaluation counts rows twice', () =>
  holds({
    program: 'eval-padding',
    fixed: 'fixed',
    broken: 'broken',
    says: /64 rows were counted, but there are 61: 0, 1, 2 came twice/,
    margins: (fixed, broken) => {
      expect([fixed.ranks[0]!.probe.countedRows, broken.ranks[0]!.probe.countedRows]).toEqual([61, 64])
    },
  }))

it('11: without checkpoints an elastic run repeats all rows', async () => {
  const broken = await runElastic('broken')
  expect(elasticRestart(broken)).toMatchObject({ met: false, because: expect.stringMatching(/the last checkpoint was \d+ steps old/) })
  expect(elasticFacts(broken)).toMatchObject({ resumedFromStep: 0 })
  expect(elasticFacts(broken)!.repeatedSamples).toBeGreaterThanOrEqual(killAtStep * 64)
})

it.each(['starved-loader', 'tiny-batch', 'straggler'] as const)('17: %s keeps two ranks below twice the speed', (broken) =>
  keepsBelowTwice(broken, /Forward and backward pass are/),
)
