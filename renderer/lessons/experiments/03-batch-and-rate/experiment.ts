/** Experiment 3: what a larger batch does, at the same learning rate and at one that grew with it. */
import broken from 'code:electron/workbench/programs/batch-and-rate.ts#broken'
import fixed from 'code:electron/workbench/programs/batch-and-rate.ts#fixed'
import { toldApart } from '../../judged.ts'
import type { Experiment } from '../../lesson.ts'

export const experiment = {
  number: 3,
  id: 'batch-and-rate',
  title: 'Double the batch, keep the learning rate',
  prediction: {
    question: 'Two ranks with 32 rows each, at the learning rate of one rank with 32. After the same number of samples …',
    options: ['… the loss is the same, only sooner', '… the loss is higher: half as many updates were made', '… training diverges'],
    expected: 1,
  },
  broken: { kind: 'programs', label: 'Train four ways, one rate', requests: [{ program: 'batch-and-rate', arm: 'broken' }] },
  fixed: { kind: 'programs', label: 'Train again, rate scaled', requests: [{ program: 'batch-and-rate', arm: 'fixed' }] },
  widget: 'arms-chart',
  check: toldApart('batch-and-rate', ['broken'], 'fixed'),
  code: { broken: [broken], fixed: [fixed] },
  say: 'With N ranks the global batch is N times larger and there are N times fewer updates per epoch. I either keep the global batch by dividing the micro-batch, or scale the learning rate, linearly as a start, with a warm-up, and then check it against the single-rank curve by samples.',
} satisfies Experiment
