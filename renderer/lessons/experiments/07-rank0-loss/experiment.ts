/** Experiment 7: the log shows the loss of rank 0's rows. */
import broken from 'code:electron/workbench/programs/rank0-loss.ts#broken'
import fixed from 'code:electron/workbench/programs/rank0-loss.ts#fixed'
import { toldApart } from '../../judged.ts'
import type { Experiment } from '../../lesson.ts'

export const experiment = {
  number: 7,
  id: 'rank0-loss',
  title: 'Log only rank 0’s loss',
  prediction: {
    question: 'Rank 0 prints its own loss. How does that curve compare with the loss over all rows?',
    options: ['It is the same: all ranks hold the same model', 'It is noisier: it knows only a part of the rows', 'It is always lower'],
    expected: 1,
  },
  broken: { kind: 'programs', label: 'Log rank 0’s own loss', requests: [{ program: 'rank0-loss', arm: 'broken' }] },
  fixed: { kind: 'programs', label: 'Log the global loss', requests: [{ program: 'rank0-loss', arm: 'fixed' }] },
  widget: 'loss-band',
  check: toldApart('rank0-loss', ['broken'], 'fixed'),
  code: { broken: [broken], fixed: [fixed] },
  say: 'DDP averages gradients, not losses. What rank 0 prints is the loss of its own shard: a noisy sample of the truth. For a log or an early stop I all-reduce the loss sum and the count, and divide once.',
} satisfies Experiment
