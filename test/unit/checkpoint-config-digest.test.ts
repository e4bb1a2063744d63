/** Which settings decide what a run computes: a checkpoint fits a configuration that agrees in those, and no other. */
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { configDigest } from '../../electron/checkpoint/state.ts'
import { runConfigSchema } from '../../shared/domain/run-config.ts'

const digestOf = (change: object = {}): string => configDigest(runConfigSchema.parse(change))

it('is the same as before padding and validations within epochs were settings, so that older checkpoints still fit', () => {
  const before = Object.entries(runConfigSchema.parse({}))
    .filter(([key]) => !['name', 'checkpointEverySteps', 'maxRestarts', 'elastic', 'padding', 'validationsPerEpoch'].includes(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  expect(digestOf()).toBe(createHash('sha256').update(JSON.stringify(before)).digest('hex'))
})

it('does not depend on how often is validated, but on padding and the target', () => {
  expect(digestOf({ validationsPerEpoch: 4, name: 'x' })).toBe(digestOf())
  for (const change of [{ padding: 'longest' }, { targetAccuracy: 0.8 }, { seed: 7 }]) expect(digestOf(change)).not.toBe(digestOf())
})
