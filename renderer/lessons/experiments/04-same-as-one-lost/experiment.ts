/** Experiment 4: three ways to lose the equality of 2 × B and 1 × 2B. */
import broken from 'code:electron/workbench/programs/same-as-one.ts#sum-loss'
import fixed from 'code:electron/workbench/programs/same-as-one.ts#fixed'
import { toldApart } from '../../judged.ts'
import type { Experiment } from '../../lesson.ts'

export const experiment = {
  number: 4,
  id: 'same-as-one-lost',
  title: 'Lose the equality of two ranks and one',
  prediction: {
    question: 'Dropout, uneven shares, a loss that is not a mean: which of them makes two ranks differ from one?',
    options: ['Only dropout', 'Only the uneven shares', 'Each of the three'],
    expected: 2,
  },
  broken: {
    kind: 'programs',
    label: 'Break it in three ways',
    requests: [
      { program: 'same-as-one', arm: 'dropout' },
      { program: 'same-as-one', arm: 'mean-of-means' },
      { program: 'same-as-one', arm: 'sum-loss' },
    ],
  },
  fixed: { kind: 'programs', label: 'Run it as it should be', requests: [{ program: 'same-as-one', arm: 'fixed' }] },
  widget: 'equality',
  check: toldApart('same-as-one', ['dropout', 'mean-of-means', 'sum-loss'], 'fixed'),
  code: { broken: [broken], fixed: [fixed] },
  say: 'DDP equals single-device training up to rounding if three things hold: no per-rank randomness such as dropout, equal shares or a division by the global count, and a mean loss. I prove it by comparing gradients per tensor with dropout off; a relative difference of 1e-4 or less is rounding.',
} satisfies Experiment
