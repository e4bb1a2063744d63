/**
 * The fault harness in its short form, figures of time left out; and each guard taken away once, so that the harness is
 * seen to notice. Faults that train real runs are in test/multi-process, in their own words.
 */
import { describe, expect, it } from 'vitest'
import { faults } from './all.ts'

const effort = { long: false, seed: 1 }
const quick = faults.filter(({ trains }) => !trains)

describe.each(quick.map((fault) => [fault.name, fault] as const))('%s', (_name, { title, run, withoutGuard }) => {
  it(`is borne: ${title}`, async (ctx) => {
    const outcome = await run(effort)
    if ('skipped' in outcome) return ctx.skip(outcome.skipped)
    expect(outcome.filter(({ pass, timed }) => !pass && !timed)).toEqual([])
    expect(outcome.length).toBeGreaterThan(0)
  })

  it(`is noticed without its guard: ${withoutGuard.what}`, async (ctx) => {
    const outcome = await withoutGuard.run(effort)
    if ('skipped' in outcome) return ctx.skip(outcome.skipped)
    expect(outcome.filter(({ pass, timed }) => !pass && !timed)).not.toEqual([])
  })
})
