/** All processes of a run stop, as when a laptop sleeps, and go on: nobody has failed. */
import { setTimeout as delay } from 'node:timers/promises'
import { until, withBench } from './bench.ts'
import type { Effort, Fault, Figure } from './fault.ts'
import { startTree } from './process-tree.ts'

/** `who` sleeps: all, or the ranks alone, which their supervisor must then take for failed. */
async function measure({ long }: Effort, who: 'all' | 'ranks'): Promise<Figure[]> {
  const seconds = long ? 30 : 8
  return withBench(async (bench) => {
    const tree = await startTree(bench.labDirectory, bench.config({ epochs: 1_000, maxRestarts: 0 }))
    try {
      if ((await until(() => (tree.seen()?.step ?? 0) > 20, 60_000)) === null) throw new Error('the run did not come to train')
      tree.signal('SIGSTOP')
      if (who === 'ranks') process.kill(tree.pid, 'SIGCONT')
      await delay(seconds * 1_000)
      const before = tree.seen()!
      tree.signal('SIGCONT')
      await delay(6_000)
      const after = tree.seen()!
      const goesOn = after.state === 'running' && after.error === null && after.attempt === before.attempt && after.step > before.step
      const measured = `${after.state}, ${after.step - before.step} more steps${after.error === null ? '' : `, "${after.error}"`}`
      return [{ what: `after ${seconds} s of sleep`, goal: '0 false failures, training goes on', measured, pass: goesOn }]
    } finally {
      await tree.end()
    }
  })
}

export const stoppedTree: Fault = {
  name: 'stopped-tree',
  title: 'The whole tree SIGSTOP for 30 s, then SIGCONT',
  trains: true,
  run: (effort) => (process.platform === 'win32' ? Promise.resolve({ skipped: 'Windows has no SIGSTOP' }) : measure(effort, 'all')),
  withoutGuard: { what: 'ranks that sleep while their supervisor does not', run: (effort) => measure(effort, 'ranks') },
}
