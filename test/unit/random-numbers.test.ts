/** The shared generator: its sequence decides which rows validate, so it may never change. */
import { expect, it } from 'vitest'
import { randomNumbers } from '../../shared/domain/random-numbers.ts'

it('is the published mulberry32 sequence of its seed', () => {
  const next = randomNumbers(1)
  expect([next(), next(), next()]).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522])
})

it('takes any 32-bit seed, signed or not, for the same', () => {
  expect(randomNumbers(-1)()).toBe(randomNumbers(0xffffffff)())
})
