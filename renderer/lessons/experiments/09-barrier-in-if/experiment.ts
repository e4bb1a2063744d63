/** Experiment 9: a barrier that only rank 0 reaches. */
import broken from 'code:electron/workbench/programs/barrier-in-if.ts#broken'
import fixed from 'code:electron/workbench/programs/barrier-in-if.ts#fixed'
import { toldApart } from '../../judged.ts'
import type { Experiment } from '../../lesson.ts'

export const experiment = {
  number: 9,
  id: 'barrier-in-if',
  title: 'Put a barrier inside if (rank === 0)',
  prediction: {
    question: 'Rank 0 waits at the barrier “so that all are ready”, then saves. What do the other ranks do?',
    options: ['They meet rank 0 at the barrier', 'They never come to that barrier: everybody waits', 'They save, too'],
    expected: 1,
  },
  broken: { kind: 'programs', label: 'Run with the barrier inside', requests: [{ program: 'barrier-in-if', arm: 'broken' }] },
  fixed: { kind: 'programs', label: 'Run with the barrier outside', requests: [{ program: 'barrier-in-if', arm: 'fixed' }] },
  widget: 'barrier',
  check: toldApart('barrier-in-if', ['broken'], 'fixed'),
  code: { broken: [broken], fixed: [fixed] },
  say: 'A collective inside a rank-dependent branch is a deadlock: only some ranks call it. Rank 0 does its duty inside the if, the barrier stands outside, so every rank reaches it. To debug a hang I ask each rank for its last collective.',
} satisfies Experiment
