/** When a run validates within its epochs, and when that is enough. */
import { describe, expect, it } from 'vitest'
import { isTargetReached, isValidationStep } from '../../electron/rank/validation-plan.ts'
import { runConfigSchema } from '../../shared/domain/run-config.ts'

const stepsOf = (validationsPerEpoch: number, stepsPerEpoch: number): number[] => {
  const config = runConfigSchema.parse({ validationsPerEpoch })
  return Array.from({ length: stepsPerEpoch }, (_, index) => index + 1).filter((step) => isValidationStep(step, stepsPerEpoch, config))
}

describe('validations within an epoch', () => {
  it('are none by default', () => expect(stepsOf(1, 79)).toEqual([]))
  it('are at even distances, and never at the end, which has its own', () => expect(stepsOf(4, 79)).toEqual([20, 40, 60]))
  it('are no more than there are steps', () => expect(stepsOf(10, 4)).toEqual([1, 2, 3]))
})

describe('the target', () => {
  const config = runConfigSchema.parse({ targetAccuracy: 0.8 })
  it('is reached at it, not below, nor by what was not validated', () => {
    expect([0.8, 0.81, 0.7999, null].map((accuracy) => isTargetReached(accuracy, config))).toEqual([true, true, false, false])
  })
  it('is never reached where there is none', () => expect(isTargetReached(1, runConfigSchema.parse({}))).toBe(false))
})
