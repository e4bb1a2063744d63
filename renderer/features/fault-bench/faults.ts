/** The faults of the bench, in words: what each does, and what to expect of the lab. Facts only; the panel shows them. */
import type { Fault } from '../../../shared/domain/fault.ts'
import { slowFactor } from '../../../shared/domain/fault.ts'

export interface BenchFault {
  fault: Fault
  title: string
  /** Takes it back; null where it cannot be. */
  undo: { fault: Fault; title: string } | null
  /** One sentence. `next` says what follows a failure in this run; a rank that is `alone` has none to be compared with. */
  expect: (next: string, alone: boolean) => string
}

export const benchFaults: readonly BenchFault[] = [
  {
    fault: 'kill',
    title: 'Kill',
    undo: null,
    expect: (next) => `Its process ends at once, as when memory runs out: the map names it within a moment, and ${next}.`,
  },
  {
    fault: 'freeze',
    title: 'Freeze',
    undo: { fault: 'thaw', title: 'Thaw' },
    expect: (next) =>
      `Its process stands still without ending: all ranks wait, it is a suspect after 2 s, failed after 5 s, and ${next}; thaw it before that and nothing is lost.`,
  },
  {
    fault: 'slow',
    title: 'Slow',
    undo: { fault: 'normal', title: 'Undo' },
    expect: (_, alone) =>
      alone
        ? `It computes ${slowFactor} times slower: nobody waits for it, and it is not flagged, because there is no other rank to compare it with.`
        : `It computes ${slowFactor} times slower: everybody waits for it in each all-reduce, it is flagged within 20 steps, and the results stay the same to the bit.`,
  },
  {
    fault: 'drift',
    title: 'Wrong weight',
    undo: null,
    expect: (next, alone) =>
      alone
        ? 'One of its weights changes a little, as in faulty memory: nothing notices, because there is no other rank to compare it with; train on 2 ranks to see it found.'
        : `One of its weights changes a little, as in faulty memory: the ranks notice when they compare their models (every 50 steps, and before each save), and ${next}.`,
  },
  {
    fault: 'poison',
    title: 'NaN',
    undo: null,
    expect: () =>
      'One of its weights becomes NaN: the run stops before the next update, is not tried again, and keeps the rows and norms of that step in a file.',
  },
]

/** What follows a failure, in this run. */
export const afterFailure = (maxRestarts: number, elastic: boolean): string =>
  maxRestarts === 0
    ? 'the run fails, to be resumed from its last checkpoint'
    : elastic
      ? 'the ranks that are left train on from the last checkpoint'
      : 'training goes on from the last checkpoint'
