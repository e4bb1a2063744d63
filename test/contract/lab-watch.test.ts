/** A run's events as a stream: in order, nothing twice, nothing lost, and no subscription that outlives its reader. */
import { describe, expect, it, vi } from 'vitest'
import { followRun, pollRun } from '../../electron/lab/follow-run.ts'
import { streamWithTypedErrors, withTypedErrors } from '../../electron/lab/typed-errors.ts'
import type { RunEvent, RunRecord } from '../../shared/domain/run.ts'
import { LabError } from '../../shared/contract/errors.ts'
import { fakeRun } from '../helpers/fake-run.ts'

const detail = fakeRun({ completedSteps: 3 })
const step = (number: number) => ({ ...detail.steps[0]!, step: number })
const delta = (...steps: number[]): RunEvent => ({
  type: 'delta',
  progress: { ...detail.progress, step: steps.at(-1) ?? 0 },
  ranks: [],
  steps: steps.map(step),
  epochs: [],
  hasModel: false,
})

/** A run under the test's control; `listeners` shows who is subscribed. */
function controlledRun() {
  const listeners = new Set<(event: RunEvent) => void>()
  let finish: (record: RunRecord) => void = () => undefined
  const finished = new Promise<RunRecord>((resolve) => (finish = resolve))
  const subscribe = (listener: (event: RunEvent) => void): (() => void) => {
    listeners.add(listener)
    listener({ type: 'snapshot', detail: { ...detail, steps: [step(1)] } })
    return () => listeners.delete(listener)
  }
  const tell = (event: RunEvent): void => listeners.forEach((listener) => listener(event))
  return { handle: { events: { subscribe }, finished }, listeners, tell, end: () => finish(detail.record) }
}

const stepsOf = (event: RunEvent): number[] => (event.type === 'snapshot' ? event.detail : event).steps.map((line) => line.step)

describe('watching a run', () => {
  it('begins with the snapshot, goes on with deltas and ends with the run', async () => {
    const run = controlledRun()
    const stream = followRun(run.handle)
    expect((await stream.next()).value).toMatchObject({ type: 'snapshot' })
    const next = stream.next()
    run.tell(delta(2))
    expect((await next).value).toMatchObject({ type: 'delta', progress: { step: 2 } })
    run.tell(delta(3))
    run.end()
    expect(stepsOf((await stream.next()).value!)).toEqual([3])
    expect(await stream.next()).toEqual({ done: true, value: undefined })
    expect(run.listeners.size).toBe(0)
  })

  it('joins what a slow reader missed, and loses none of it', async () => {
    const run = controlledRun()
    const stream = followRun(run.handle)
    expect(stepsOf((await stream.next()).value!)).toEqual([1])
    run.tell(delta(2))
    run.tell({ ...delta(3, 4), record: { ...detail.record, state: 'stopping' } } as RunEvent)
    run.tell(delta(5))
    run.tell(delta(6))
    const missed = (await stream.next()).value!
    expect(stepsOf(missed)).toEqual([2, 3, 4, 5, 6])
    expect(missed).toMatchObject({ progress: { step: 6 }, record: { state: 'stopping' } })
    run.end()
    await stream.next()
  })

  it('gives up its subscription when the reader leaves', async () => {
    const run = controlledRun()
    for await (const event of followRun(run.handle)) {
      expect(event.type).toBe('snapshot')
      break
    }
    expect(run.listeners.size).toBe(0)
  })

  it('gives up its subscription when the connection is lost while it waits', async () => {
    const run = controlledRun()
    const connection = new AbortController()
    const stream = followRun(run.handle, connection.signal)
    await stream.next()
    const waiting = stream.next()
    connection.abort()
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(run.listeners.size).toBe(0)
  })
})

describe('watching a run of another process', () => {
  it('gives snapshots of its files until it is over', async () => {
    const states = ['running', 'running', 'done'] as const
    let reads = 0
    const read = async () => ({ ...detail, record: { ...detail.record, state: states[reads++]! } })
    const seen: RunEvent[] = []
    for await (const event of pollRun(read)) seen.push(event)
    expect(seen.map((event) => event.type === 'snapshot' && event.detail.record.state)).toEqual(states)
  })
})

describe('what a handler throws', () => {
  const info = { code: 'DISK_FULL', title: 'The disk is full', cause: 'No room.', suggestion: 'Make some.' } as const

  it('keeps its type in a call and in a stream', async () => {
    const failing = async function* (): AsyncGenerator<number> {
      yield 1
      throw new LabError(info)
    }
    const read = async (): Promise<void> => {
      for await (const value of streamWithTypedErrors(failing())) expect(value).toBe(1)
    }
    for (const call of [withTypedErrors(() => Promise.reject(new LabError(info))), read()]) {
      await expect(call).rejects.toMatchObject({ code: 'LAB', data: info })
    }
  })

  it('and nobody foresaw is a fault of ours, told without its stack', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const error: unknown = await withTypedErrors(() => Promise.reject(new TypeError('x is undefined'))).catch((reason: unknown) => reason)
    expect(logged).toHaveBeenCalledOnce()
    logged.mockRestore()
    expect(error).toMatchObject({ code: 'LAB', data: { code: 'INTERNAL', cause: 'x is undefined' } })
    expect(JSON.stringify(error)).not.toMatch(/ at |\.ts/)
  })
})
