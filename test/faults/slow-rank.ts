/** One rank gets a third of the time of the others: it is flagged, the run goes on, and what it computes is the same. */
import { setTimeout as delay } from 'node:timers/promises'
import type { RunHandle } from '../../electron/supervisor/run-handle.ts'
import { systemErrorCode } from '../../electron/checkpoint/file-errors.ts'
import { advanced, curveOf, pidsOf, weightsOf, withBench } from './bench.ts'
import type { Fault, Figure } from './fault.ts'

/**
 * Stops and continues process `pid` so that it runs a third of the time: in slices shorter than a step, or most steps would
 * fit between two stops. Returns what ends that.
 */
function slowDown(pid: number): () => Promise<void> {
  let slow = true
  const loop = (async () => {
    try {
      while (slow) {
        process.kill(pid, 'SIGSTOP')
        await delay(4)
        process.kill(pid, 'SIGCONT')
        await delay(2)
      }
    } catch (error) {
      // It has come to its end.
      if (systemErrorCode(error) !== 'ESRCH') throw error
    }
  })()
  return async () => {
    slow = false
    await loop
  }
}

/** Whether rank 1 is said to be slow, in whatever way. */
function flagged(run: RunHandle): boolean {
  const { ranks, record } = run.detail()
  const slowdown: unknown = Object.entries(ranks[1] ?? {}).find(([key]) => key === 'slowdown')?.[1]
  return (typeof slowdown === 'number' && slowdown > 1) || /slow/i.test(record.notes.join(' '))
}

/** `slow` false: a control, in which nothing is to be flagged. */
async function measure(slow: boolean): Promise<Figure[]> {
  return withBench(async (bench) => {
    const config = bench.config({ microBatch: 16, epochs: 12, maxLength: 64 })
    const usual = await bench.start(config)
    await usual.finished
    const run = await bench.start(config)
    await advanced(run, 10)
    const from = run.detail().progress.step
    const asUsual = slow ? slowDown(pidsOf(run)[1]!) : () => Promise.resolve()
    let over = false
    void run.finished.then(() => (over = true))
    let flaggedAfter: number | null = null
    while (!over && flaggedAfter === null) {
      await delay(5)
      if (flagged(run)) flaggedAfter = run.detail().progress.step - from
    }
    const record = await run.finished
    await asUsual()
    const same = (await weightsOf(run.runDirectory)) === (await weightsOf(usual.runDirectory))
    const sameCurve = (await curveOf(run.runDirectory)) === (await curveOf(usual.runDirectory))
    return [
      {
        what: 'flagged',
        goal: 'within 20 steps',
        measured: flaggedAfter === null ? 'never' : `after ${flaggedAfter} steps`,
        pass: flaggedAfter !== null && flaggedAfter <= 20,
      },
      { what: 'the run', goal: 'done', measured: record.state, pass: record.state === 'done' },
      {
        what: 'weights and curve',
        goal: 'bit-identical',
        measured: same && sameCurve ? 'bit-identical' : 'different',
        pass: same && sameCurve,
      },
    ]
  })
}

export const slowRank: Fault = {
  name: 'slow-rank',
  title: 'One rank 3× slower',
  trains: true,
  run: () => (process.platform === 'win32' ? Promise.resolve({ skipped: 'Windows has no SIGSTOP' }) : measure(true)),
  withoutGuard: { what: 'a rank that is not slow (it must not be flagged)', run: () => measure(false) },
}
