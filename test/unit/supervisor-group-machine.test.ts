/** The group machine, one course of a run after the other, without a process or a clock. */
import { describe, expect, it } from 'vitest'
import type { RankDigests } from '../../electron/rank/protocol.ts'
import type { RankFailure } from '../../electron/supervisor/failure.ts'
import {
  type GroupAction,
  type GroupEvent,
  type GroupState,
  type OwnEvent,
  type RankEvent,
  startGroup,
  transition,
} from '../../electron/supervisor/group-machine.ts'
import { backoffMs, ranksThatGoOn } from '../../electron/supervisor/retry-policy.ts'
import type { ErrorCode } from '../../shared/contract/errors.ts'

const digests: RankDigests = { config: 'c', data: 'd', model: 'm', tokenizer: 't', checkpoint: 'k' }
const failure = (rank: number, code: ErrorCode = 'RANK_FAILED', how: RankFailure['how'] = 'killed'): RankFailure => ({
  rank,
  how,
  step: 7,
  atMs: rank,
  error: { code, title: `rank ${rank}`, cause: 'c.', suggestion: 's' },
})

/** A group in whatever phase the events lead to, with everything it asked for on the way. */
class Course {
  state: GroupState
  actions: GroupAction[] = []

  constructor(options: Partial<Pick<GroupState, 'worldSize' | 'maxRestarts' | 'elastic'>> = {}) {
    this.state = startGroup({ attempt: 1, worldSize: 2, maxRestarts: 3, elastic: false, ...options })
  }

  on(...events: (RankEvent | OwnEvent)[]): this {
    for (const event of events) this.onOf(this.state.attempt, event)
    return this
  }

  onOf(attempt: number, event: RankEvent | OwnEvent): this {
    const { state, actions } = transition(this.state, { ...event, attempt } as GroupEvent)
    this.state = state
    this.actions = actions
    return this
  }

  get phase(): GroupState['phase'] {
    return this.state.phase
  }

  running(): this {
    const ranks = Array.from({ length: this.state.worldSize }, (_, rank) => rank)
    return this.on(
      ...ranks.map((rank) => ({ type: 'greeted', rank }) as const),
      ...ranks.map((rank) => ({ type: 'ready', rank, digests }) as const),
      { type: 'training' },
    )
  }

  lose(rank: number, ...others: number[]): this {
    this.on({ type: 'failed', failure: failure(rank) }, { type: 'exited', rank })
    return this.on(...others.map((other) => ({ type: 'exited', rank: other }) as const))
  }
}

describe('a group', () => {
  it('starts, meets, is ready, runs, saves, and is done', () => {
    const course = new Course()
    expect(course.on({ type: 'greeted', rank: 1 }).phase).toBe('starting')
    expect(course.on({ type: 'greeted', rank: 0 }).phase).toBe('rendezvous')
    expect(course.on({ type: 'ready', rank: 1, digests })).toMatchObject({ phase: 'rendezvous', actions: [] })
    expect(course.on({ type: 'ready', rank: 0, digests })).toMatchObject({ phase: 'ready', actions: [{ type: 'go' }] })
    expect(course.on({ type: 'training' }).phase).toBe('running')
    expect(course.on({ type: 'saving' }).phase).toBe('checkpointing')
    expect(course.on({ type: 'saved' }).phase).toBe('running')
    course.on({ type: 'finished', rank: 0, reason: 'done' }, { type: 'finished', rank: 1, reason: 'done' })
    expect(course.phase).toBe('draining')
    expect(course.on({ type: 'exited', rank: 0 }, { type: 'exited', rank: 1 })).toMatchObject({
      phase: 'done',
      actions: [{ type: 'conclude' }],
    })
  })

  it.each(['config', 'data', 'model', 'tokenizer', 'checkpoint'] as const)(
    'with another %s on one rank never trains, and is not tried again',
    (name) => {
      const course = new Course({ worldSize: 3 })
      for (const rank of [0, 1, 2]) course.on({ type: 'greeted', rank })
      for (const rank of [0, 1, 2]) course.on({ type: 'ready', rank, digests: rank === 2 ? { ...digests, [name]: 'x' } : digests })
      expect(course.phase).toBe('draining')
      expect(course.actions).not.toContainEqual({ type: 'go' })
      expect(course.state.failures).toMatchObject([{ rank: 2, error: { code: 'RANK_MISMATCH' } }])
      course.on({ type: 'heardEnough' }, ...[0, 1, 2].map((rank) => ({ type: 'exited', rank }) as const))
      expect(course.phase).toBe('failed')
    },
  )
})

describe('a failure', () => {
  it('is listened to for a moment, then all are ended: TERM, KILL, and no waiting beyond that', () => {
    const course = new Course().running()
    expect(course.on({ type: 'failed', failure: failure(1) }).actions).toEqual([{ type: 'after', ms: 300, event: 'heardEnough' }])
    expect(course.on({ type: 'failed', failure: failure(0, 'RANK_FAILED', 'reported') }).actions).toEqual([])
    expect(course.on({ type: 'heardEnough' }).actions).toEqual([
      { type: 'signal', signal: 'SIGTERM' },
      { type: 'after', ms: 2000, event: 'terminatedTooLong' },
    ])
    expect(course.on({ type: 'terminatedTooLong' }).actions).toEqual([
      { type: 'signal', signal: 'SIGKILL' },
      { type: 'after', ms: 5000, event: 'killedTooLong' },
    ])
    expect(course.on({ type: 'killedTooLong' })).toMatchObject({ phase: 'failed', actions: [{ type: 'conclude' }] })
  })

  it('of a process is followed by another attempt, once nobody of the old one is left', () => {
    const course = new Course().running().lose(1)
    expect(course.phase).toBe('draining')
    course.on({ type: 'exited', rank: 0 })
    expect(course).toMatchObject({ phase: 'restarting', actions: [{ type: 'prepareRestart' }] })
    expect(course.state).toMatchObject({ attempt: 2, worldSize: 2, restartsWithoutProgress: 1, failures: [], ending: false })
    expect(course.on({ type: 'backedOff' })).toMatchObject({ phase: 'starting', actions: [{ type: 'launch' }] })
    expect(course.running().phase).toBe('running')
  })

  it.each(['RANK_MISMATCH', 'LOSS_NOT_FINITE', 'INTERNAL', 'DATA_NOT_FOUND', 'RUN_NOT_RESUMABLE'] as const)(
    'with %s is the end: it would fail again',
    (code) => {
      const course = new Course().running()
      course.on({ type: 'failed', failure: failure(0, code, 'reported') }, { type: 'exited', rank: 0 }, { type: 'exited', rank: 1 })
      expect(course.phase).toBe('failed')
    },
  )

  it('ends the run after as many restarts without a checkpoint as allowed; a checkpoint starts the count anew', () => {
    const course = new Course({ maxRestarts: 2 }).running()
    for (let round = 0; round < 5; round++) {
      course.on({ type: 'saving' }, { type: 'saved' }).lose(0, 1)
      expect(course.phase).toBe('restarting')
      course.on({ type: 'backedOff' }).running()
    }
    expect(course.lose(0, 1).phase).toBe('restarting')
    course.on({ type: 'backedOff' })
    expect(course.running().lose(0, 1).phase).toBe('failed')
  })

  it('of finding the way back to a checkpoint is the end', () => {
    const course = new Course().running().lose(0, 1)
    course.on({ type: 'failed', failure: failure(0, 'OUTPUT_NOT_WRITABLE', 'reported') })
    expect(course).toMatchObject({
      phase: 'failed',
      actions: [{ type: 'conclude' }],
      state: { failures: [{ error: { code: 'OUTPUT_NOT_WRITABLE' } }] },
    })
  })

  describe('for want of room on the disk', () => {
    const full = { type: 'failed', failure: failure(0, 'DISK_FULL', 'reported') } as const
    const gone = [0, 1].map((rank) => ({ type: 'exited', rank }) as const)

    it('pauses the run, once every process is gone, and is never tried again', () => {
      const course = new Course().running()
      course.on({ type: 'failed', failure: failure(1, 'RANK_FAILED', 'reported') }, full, gone[0]!)
      expect(course.phase).toBe('draining')
      expect(course.on(gone[1]!)).toMatchObject({ phase: 'paused', actions: [{ type: 'conclude' }] })
    })

    it('pauses it also where it was to be stopped, and between two attempts', () => {
      expect(new Course().running().on({ type: 'stop' }, full, ...gone).phase).toBe('paused')
      expect(new Course().running().lose(0, 1).on(full).phase).toBe('paused')
    })

    it('ends it where something else came first', () => {
      const diverged = { type: 'failed', failure: { ...failure(1, 'LOSS_NOT_FINITE', 'reported'), atMs: -1 } } as const
      expect(new Course().running().on(diverged, full, ...gone).phase).toBe('failed')
    })
  })

  it.each(['stop', 'pause'] as const)('while somebody asks for a %s is the end of it, whichever came first', (type) => {
    expect(new Course().running().on({ type }).lose(0, 1).phase).toBe('failed')
    const course = new Course().running().on({ type: 'failed', failure: failure(0) }, { type })
    expect(course.on({ type: 'exited', rank: 0 }, { type: 'exited', rank: 1 }).phase).toBe('failed')
  })

  it('in an elastic group leaves out those that failed themselves, not those that only lost them', () => {
    const course = new Course({ worldSize: 4, elastic: true }).running()
    course.on({ type: 'failed', failure: failure(3, 'COLLECTIVE_TIMEOUT', 'reported') })
    expect(course.lose(2, 0, 1, 3).state).toMatchObject({ phase: 'restarting', worldSize: 3 })
    expect(ranksThatGoOn(1, [failure(0)], { elastic: true })).toBe(1)
    expect(ranksThatGoOn(4, [failure(0)], { elastic: false })).toBe(4)
  })

  it('is followed by longer and longer waits, up to half a minute', () => {
    expect([0, 1, 2, 20].map(backoffMs)).toEqual([250, 500, 1000, 30_000])
  })
})

describe('a rank of an abandoned attempt that wakes up', () => {
  const events: RankEvent[] = [
    { type: 'greeted', rank: 0 },
    { type: 'ready', rank: 0, digests },
    { type: 'training' },
    { type: 'saving' },
    { type: 'saved' },
    { type: 'finished', rank: 0, reason: 'done' },
    { type: 'failed', failure: failure(0) },
    { type: 'exited', rank: 0 },
  ]

  it.each(events)('changes nothing with $type', (event) => {
    const course = new Course().running().lose(1, 0).on({ type: 'backedOff' })
    const { state } = course
    expect(course.onOf(1, event).state).toBe(state)
    expect(course.actions).toEqual([])
  })

  it('is not ended by the alarms of the attempt before, either', () => {
    const course = new Course().running().lose(1, 0).on({ type: 'backedOff' }).running()
    expect(course.onOf(1, { type: 'heardEnough' })).toMatchObject({ phase: 'running', actions: [] })
  })
})

describe('a stop', () => {
  it('lets the ranks finish their step and save, and gives a save more time than a step', () => {
    const course = new Course().running()
    expect(course.on({ type: 'stop' }).actions).toEqual([{ type: 'askToStop' }, { type: 'after', ms: 10_000, event: 'stoppedTooLong' }])
    course.on({ type: 'saving' })
    expect(course.on({ type: 'stoppedTooLong' }).actions).toEqual([{ type: 'after', ms: 120_000, event: 'savingTooLong' }])
    expect(course.on({ type: 'savingTooLong' }).actions[0]).toEqual({ type: 'signal', signal: 'SIGTERM' })
  })

  it.each(['stop', 'pause'] as const)('before all ranks are ready still lets them go, so that they can agree to it (%s)', (type) => {
    const course = new Course().on({ type: 'greeted', rank: 0 }, { type })
    course.on({ type: 'ready', rank: 0, digests }, { type: 'ready', rank: 1, digests })
    expect(course.actions).toEqual([{ type: 'go' }])
    for (const rank of [0, 1]) course.on({ type: 'finished', rank, reason: 'stopped' })
    for (const rank of [0, 1]) course.on({ type: 'exited', rank })
    expect(course.phase).toBe(type === 'stop' ? 'stopped' : 'paused')
  })

  it.each([
    ['stop', 'stopped'],
    ['pause', 'paused'],
    ['kill', 'stopped'],
  ] as const)('%s between two attempts ends the run at once as %s', (type, phase) => {
    const course = new Course().running().lose(0, 1)
    expect(course.on({ type })).toMatchObject({ phase, actions: [{ type: 'conclude' }] })
    expect(course.on({ type: 'backedOff' })).toMatchObject({ phase, actions: [] })
  })

  it('a pause that had to be forced is no pause', () => {
    const course = new Course().running().on({ type: 'pause' }, { type: 'stoppedTooLong' })
    expect(course.on({ type: 'exited', rank: 0 }, { type: 'exited', rank: 1 }).phase).toBe('stopped')
  })
})
