/** Experiment 12: the same seed on every rank, and therefore the same dropout masks. */
import broken from 'code:electron/workbench/programs/dropout-seeds.ts#broken'
import fixed from 'code:electron/workbench/programs/dropout-seeds.ts#fixed'
import { toldApart } from '../../judged.ts'
import type { Experiment } from '../../lesson.ts'

export const experiment = {
  number: 12,
  id: 'dropout-seeds',
  title: 'Use the same dropout mask on all ranks',
  prediction: {
    question: 'Every rank calls manual_seed(42). What about their dropout masks?',
    options: ['They are the same on all ranks', 'They differ: the ranks have different rows', 'Dropout is switched off'],
    expected: 0,
  },
  broken: { kind: 'programs', label: 'Draw with one seed', requests: [{ program: 'dropout-seeds', arm: 'broken' }] },
  fixed: { kind: 'programs', label: 'Draw with rank in the seed', requests: [{ program: 'dropout-seeds', arm: 'fixed' }] },
  widget: 'dropout-masks',
  check: toldApart('dropout-seeds', ['broken'], 'fixed'),
  code: { broken: [broken], fixed: [fixed] },
  say: 'Seeds have two jobs. What must agree between ranks, the initial weights and the shuffle, uses the same seed. What should differ, dropout and augmentation, uses seed + rank. DDP broadcasts the weights anyway, so seed + rank after building the model is a good habit.',
} satisfies Experiment
