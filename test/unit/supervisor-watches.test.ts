/** What the supervisor waits for: waking time, progress, and the rank that lags. Times are made up; nothing sleeps. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { describeStall } from '../../electron/supervisor/failure.ts'
import { AwakeClock } from '../../electron/supervisor/awake-clock.ts'
import { ProgressWatch, type Watched } from '../../electron/supervisor/progress-watch.ts'
import { StragglerWatch } from '../../electron/supervisor/straggler.ts'
import { stepLimitMs } from '../../shared/domain/step-limit.ts'

describe('waking time', () => {
  let wallMs = 0
  let clock: AwakeClock

  /** Lets `ms` pass with the process awake; `sleep` with it stopped: timers come late, and only once. */
  const pass = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += 50) {
      wallMs += 50
      vi.advanceTimersByTime(50)
    }
  }
  const sleep = (ms: number): void => {
    wallMs += ms
    vi.advanceTimersByTime(100)
  }

  beforeEach(() => {
    vi.useFakeTimers()
    wallMs = 0
    clock = new AwakeClock(() => wallMs)
  })
  afterEach(() => {
    clock.stop()
    vi.useRealTimers()
  })

  it('passes as time does while the process runs', () => {
    pass(3000)
    expect(clock.now()).toBe(3000)
  })

  it('stands still over a sleep, so that no deadline of five seconds is missed by it', () => {
    const late = vi.fn()
    pass(1000)
    clock.after(5000, late)
    sleep(3_600_000)
    pass(3000)
    expect(late).not.toHaveBeenCalled()
    pass(2000)
    expect(late).toHaveBeenCalledOnce()
    // The known-bad variant, a plain monotonic clock, would have called it at once.
    expect(wallMs).toBeGreaterThan(3_600_000)
  })

  it('calls nothing any more once it is stopped, and forgets alarms when told to', () => {
    const action = vi.fn()
    clock.after(100, action)
    clock.clearAlarms()
    pass(500)
    clock.after(100, action)
    clock.stop()
    pass(500)
    expect(action).not.toHaveBeenCalled()
  })
})

describe('the limit of a step', () => {
  it('is unknown at first, then five times the slowest usual step, and never below ten seconds', () => {
    expect(stepLimitMs(Array.from({ length: 19 }, () => 100))).toBeNull()
    expect(stepLimitMs(Array.from({ length: 20 }, () => 100))).toBe(10_000)
    expect(stepLimitMs(Array.from({ length: 100 }, (_, step) => (step === 50 ? 60_000 : 4000)))).toBe(20_000)
  })
})

describe('progress', () => {
  const training = (rank: number, waiting: boolean, step = 40): Watched => ({
    rank,
    state: 'training',
    step,
    waitingIn: waiting ? 'all-reduce' : null,
  })
  const watch = (): ProgressWatch => {
    const progress = new ProgressWatch(0)
    for (let step = 1; step <= 40; step++) progress.step(step * 100, 100)
    return progress
  }

  it('that stops is blamed on the rank that is busy, not on those that wait for it', () => {
    const ranks = [training(0, true), training(1, true), training(2, false), training(3, true)]
    expect(watch().check(13_900, ranks)).toBeNull()
    const stall = watch().check(14_100, ranks)
    expect(stall).toMatchObject({ rank: 2, stalledMs: 10_100, limitMs: 10_000 })
    expect(describeStall(stall!, 40)).toMatchObject({
      title: 'Rank 2 makes no progress after step 40',
      cause: expect.stringContaining('busy with step 41 for 10 seconds, while ranks 0, 1, 3 wait for it (all-reduce)'),
    })
  })

  it('is not asked for while a rank saves, evaluates or is a suspect', () => {
    for (const state of ['saving', 'evaluating', 'ready', 'suspect'] as const)
      expect(watch().check(99_000, [training(0, true), { ...training(1, false), state }])).toBeNull()
  })

  it('is waited for patiently before it is known how long steps take', () => {
    const progress = new ProgressWatch(0)
    progress.step(100, 100)
    expect(progress.check(500_000, [training(0, true), training(1, false)])).toBeNull()
    expect(progress.check(700_200, [training(0, true), training(1, false)])).toMatchObject({ rank: 1 })
  })
})

describe('the rank that lags', () => {
  const watch = (...ownMs: number[][]): StragglerWatch => {
    const stragglers = new StragglerWatch(ownMs.length)
    for (const [rank, times] of ownMs.entries()) for (const ms of times) stragglers.step(rank, ms)
    return stragglers
  }
  const steps = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms)

  it('is flagged with how many times as long it takes, the others are not', () => {
    const stragglers = watch(steps(10, 20), steps(10, 60), steps(10, 22))
    expect(stragglers.slowdown(1)).toBeCloseTo(60 / 21)
    expect([stragglers.slowdown(0), stragglers.slowdown(2)]).toEqual([null, null])
  })

  it('is flagged within ten steps after it became slow, and no more when it keeps up again', () => {
    expect(watch(steps(30, 20), [...steps(24, 20), ...steps(6, 60)]).slowdown(1)).toBeCloseTo(3)
    expect(watch(steps(30, 20), [...steps(24, 60), ...steps(6, 20)]).slowdown(1)).toBeNull()
  })

  it('is nobody after one hiccup, before enough steps, or in a group of one', () => {
    expect(watch(steps(10, 20), [...steps(9, 20), 5000]).slowdown(1)).toBeNull()
    expect(watch(steps(9, 20), steps(9, 60)).slowdown(1)).toBeNull()
    expect(watch(steps(10, 20)).slowdown(0)).toBeNull()
  })
})
