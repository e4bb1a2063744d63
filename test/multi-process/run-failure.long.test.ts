/** A run on a real disk that fills up; run-failure.test.ts has the device of Linux that is always full. */
import { expect, it } from 'vitest'
import { fullDiskRun } from '../faults/full-disk.ts'

it('where a real disk fills up, the run is paused, says what it needs, and goes on once there is room', async (ctx) => {
  const outcome = await fullDiskRun.run({ long: false, seed: 1 })
  if ('skipped' in outcome) return ctx.skip(outcome.skipped)
  expect(outcome.filter(({ pass }) => !pass)).toEqual([])
})
