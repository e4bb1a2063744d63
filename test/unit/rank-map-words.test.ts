/** What the rank map says of a run, and the one thing it offers to do next. */
import { describe, expect, it } from 'vitest'
import { afterFailure, benchFaults } from '../../renderer/features/fault-bench/faults.ts'
import { whatHappened } from '../../renderer/features/rank-map/what-happened.ts'
import { faultSchema } from '../../shared/domain/fault.ts'
import type { RankStatus, RunRecord } from '../../shared/domain/run.ts'
import { fakeRun } from '../helpers/fake-run.ts'

const { record: done, ranks: quiet } = fakeRun()
const error = { code: 'RANK_FAILED', title: 'Rank 1 died after step 7', cause: 'c.', suggestion: 'Do this.' } as const
const incident = { at: done.createdAt, attempt: 1, rank: 1, step: 7, error, resumedFromStep: 5, worldSize: 2 }

const said = (change: Partial<RunRecord>, ofRank1: Partial<RankStatus> = {}, hasModel = true) =>
  whatHappened(
    { ...done, ...change },
    quiet.map((rank) => (rank.rank === 1 ? { ...rank, ...ofRank1 } : rank)),
    9,
    hasModel,
  )

describe('the rank map', () => {
  it('says nothing while all is well, and when a run is done or was stopped', () => {
    for (const state of ['starting', 'running', 'stopping', 'stopped', 'done'] as const) expect(said({ state })).toBeNull()
  })

  it('names the first cause of a failed run, and offers what can work', () => {
    expect(said({ state: 'failed', error }, { first: true, error })).toMatchObject({ tone: 'bad', title: error.title, next: 'resume' })
    expect(said({ state: 'failed', error }, { first: true, error }, false)).toMatchObject({ next: 'restart' })
    expect(said({ state: 'failed', error: { ...error, code: 'LOSS_NOT_FINITE' } })).toMatchObject({ next: 'log' })
    expect(said({ state: 'lost' })).toMatchObject({ next: 'resume' })
  })

  it('follows a failure from the suspicion to the step that training went on from', () => {
    expect(said({ state: 'running' }, { state: 'suspect' })).toMatchObject({ tone: 'warn', title: 'Rank 1 has sent no heartbeat for 2 s' })
    expect(said({ state: 'running' }, { first: true, error })).toMatchObject({ tone: 'bad', title: error.title })
    expect(said({ state: 'restarting' }, { first: true, error })).toMatchObject({ tone: 'warn', title: error.title })
    expect(said({ state: 'starting', incidents: [incident] })).toMatchObject({ text: 'Training goes on from step 5.' })
    expect(said({ state: 'running', incidents: [incident] })).toMatchObject({ tone: 'quiet', text: 'Training went on from step 5.' })
  })

  it('names a slow rank, and says that a paused run can be resumed', () => {
    expect(said({ state: 'running' }, { slowdown: 3.04 })).toMatchObject({ title: 'Rank 1 is 3.0 times slower', next: null })
    expect(said({ state: 'paused' })).toMatchObject({ tone: 'quiet', title: 'Paused after step 9', next: 'resume' })
    expect(said({ state: 'paused' }, {}, false)?.text).toContain('begin anew')
  })

  it('says for what a full disk waits, and offers to resume', () => {
    const full = { code: 'DISK_FULL', title: 'The disk is full: it needs 3.4 MB', cause: 'c.', suggestion: 'Free 2 MB.' } as const
    const waiting = { ...incident, error: full, resumedFromStep: null }
    const words = { tone: 'warn', title: full.title, text: 'The run is paused. Free 2 MB.', next: 'resume' }
    expect(said({ state: 'paused', error: full, incidents: [waiting] })).toMatchObject(words)
    expect(said({ state: 'running', incidents: [waiting] })).toBeNull()
  })
})

describe('the fault bench', () => {
  it('offers every fault, and says in one sentence what to expect of it in this run', () => {
    const offered = benchFaults.flatMap(({ fault, undo }) => [fault, ...(undo ? [undo.fault] : [])])
    expect(offered.sort()).toEqual([...faultSchema.options].sort())
    for (const { expect: expectation } of benchFaults)
      for (const alone of [true, false]) expect(expectation('so on', alone).match(/\.(?= |$)/g)).toHaveLength(1)
    expect(new Set([afterFailure(0, false), afterFailure(3, false), afterFailure(3, true)]).size).toBe(3)
  })
})
