/** Experiment 2: no distributed sampler, every rank reads everything. */
import broken from 'code:electron/workbench/programs/no-sampler.ts#broken'
import fixed from 'code:electron/workbench/programs/no-sampler.ts#fixed'
import { toldApart } from '../../judged.ts'
import type { Experiment } from '../../lesson.ts'

export const experiment = {
  number: 2,
  id: 'no-sampler',
  title: 'Forget the distributed sampler',
  prediction: {
    question: 'Two ranks, each with a plain shuffling loader of the same seed. How many different rows are behind one update?',
    options: ['As many as the global batch', 'Half of the global batch', 'None, it will crash'],
    expected: 1,
  },
  broken: { kind: 'programs', label: 'Run without a sampler', requests: [{ program: 'no-sampler', arm: 'broken' }] },
  fixed: { kind: 'programs', label: 'Run with a sampler', requests: [{ program: 'no-sampler', arm: 'fixed' }] },
  widget: 'coverage-matrix',
  check: toldApart('no-sampler', ['broken'], 'fixed'),
  code: { broken: [broken], fixed: [fixed] },
  say: 'Without DistributedSampler every rank reads the whole dataset. N ranks do N times the work for the same update: the global batch is N·B on paper, the effective batch is B. And with the sampler, shuffle belongs to the sampler, not to the DataLoader.',
} satisfies Experiment
