/** Experiment 8: the evaluation counts some rows twice. */
import broken from 'code:electron/workbench/programs/eval-padding.ts#broken'
import fixed from 'code:electron/workbench/programs/eval-padding.ts#fixed'
import { toldApart } from '../../judged.ts'
import type { Experiment } from '../../lesson.ts'

export const experiment = {
  number: 8,
  id: 'eval-padding',
  title: 'Count rows of the evaluation twice',
  prediction: {
    question: '61 rows, four ranks, and a sampler that makes the shares even. How many rows are counted?',
    options: ['61', '60, one is dropped', '64, three are counted twice'],
    expected: 2,
  },
  broken: { kind: 'programs', label: 'Evaluate with padding', requests: [{ program: 'eval-padding', arm: 'broken' }] },
  fixed: { kind: 'programs', label: 'Evaluate each row once', requests: [{ program: 'eval-padding', arm: 'fixed' }] },
  widget: 'evaluation-rows',
  check: toldApart('eval-padding', ['broken'], 'fixed'),
  code: { broken: [broken], fixed: [fixed] },
  say: 'DistributedSampler pads the dataset so that every rank gets equally many samples, by repeating some. In training that is harmless, in evaluation it biases the metric. I shard the evaluation without padding and all-reduce sums and counts, or drop the duplicates before computing the metric.',
} satisfies Experiment
