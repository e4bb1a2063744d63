/** Experiment 5: one rank has a batch more than the others. */
import broken from 'code:electron/workbench/programs/uneven-inputs.ts#broken'
import fixed from 'code:electron/workbench/programs/uneven-inputs.ts#fixed'
import { toldApart } from '../../judged.ts'
import type { Experiment } from '../../lesson.ts'

export const experiment = {
  number: 5,
  id: 'uneven-inputs',
  title: 'Give one rank a batch more',
  prediction: {
    question: 'Rank 0 has three batches, rank 1 has four. What happens at the fourth?',
    options: ['Rank 1 trains alone on it', 'Both wait, in different collectives, until a deadline', 'The fourth batch is skipped'],
    expected: 1,
  },
  broken: { kind: 'programs', label: 'Run with uneven batches', requests: [{ program: 'uneven-inputs', arm: 'broken' }] },
  fixed: { kind: 'programs', label: 'Run with join', requests: [{ program: 'uneven-inputs', arm: 'fixed' }] },
  widget: 'uneven-inputs',
  check: toldApart('uneven-inputs', ['broken'], 'fixed'),
  code: { broken: [broken], fixed: [fixed] },
  say: 'Every rank must call the same collectives in the same order. If one has a batch more, its all-reduce waits for ranks that are elsewhere already: a hang, or an error about mismatched collectives. I make the shares even, with the sampler or drop_last, or use DDP’s Join context, which lets finished ranks contribute zeros.',
} satisfies Experiment
