/** Experiment 13: BatchNorm with statistics of one rank. */
import broken from 'code:electron/workbench/programs/batch-norm.ts#broken'
import fixed from 'code:electron/workbench/programs/batch-norm.ts#fixed'
import { toldApart } from '../../judged.ts'
import type { Experiment } from '../../lesson.ts'

export const experiment = {
  number: 13,
  id: 'batch-norm',
  title: 'Let BatchNorm drift apart',
  prediction: {
    question: 'DDP makes gradients equal on all ranks. Does that keep BatchNorm’s running statistics equal?',
    options: [
      'Yes, everything in the model is kept equal',
      'No: they are not gradients, each rank updates its own',
      'Yes, as long as the seed is the same',
    ],
    expected: 1,
  },
  broken: { kind: 'programs', label: 'Run BatchNorm per rank', requests: [{ program: 'batch-norm', arm: 'broken' }] },
  fixed: { kind: 'programs', label: 'Run it over all ranks', requests: [{ program: 'batch-norm', arm: 'fixed' }] },
  widget: 'running-statistics',
  check: toldApart('batch-norm', ['broken'], 'fixed'),
  code: { broken: [broken], fixed: [fixed] },
  say: 'BatchNorm’s running mean and variance are buffers, updated from each rank’s own batch. DDP can broadcast rank 0’s buffers, but they are still statistics of one rank’s rows. With small per-rank batches I convert to SyncBatchNorm, or use LayerNorm, which has no such state.',
} satisfies Experiment
