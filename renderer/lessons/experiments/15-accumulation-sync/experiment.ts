/** Experiment 15: accumulated gradients, summed over the ranks at the wrong micro-step. */
import broken from 'code:electron/workbench/programs/accumulation-sync.ts#first-micro-step'
import fixed from 'code:electron/workbench/programs/accumulation-sync.ts#fixed'
import { toldApart } from '../../judged.ts'
import type { Experiment } from '../../lesson.ts'

export const experiment = {
  number: 15,
  id: 'accumulation-sync',
  title: 'Synchronise at the wrong micro-step',
  prediction: {
    question: 'Four micro-steps make an update, and gradients are summed after the first one only. What happens to the ranks?',
    options: ['Nothing: the sum is the same', 'They drift apart: three micro-steps stay local', 'They wait for each other for ever'],
    expected: 1,
  },
  broken: {
    kind: 'programs',
    label: 'Run it wrong in two ways',
    requests: [
      { program: 'accumulation-sync', arm: 'every-micro-step' },
      { program: 'accumulation-sync', arm: 'first-micro-step' },
    ],
  },
  fixed: { kind: 'programs', label: 'Synchronise the last one', requests: [{ program: 'accumulation-sync', arm: 'fixed' }] },
  widget: 'accumulation',
  check: toldApart('accumulation-sync', ['every-micro-step', 'first-micro-step'], 'fixed'),
  code: { broken: [broken], fixed: [fixed] },
  say: 'With accumulation only the last backward needs to communicate: the others run under no_sync(). Forgetting no_sync wastes K times the bytes; synchronising the wrong micro-step leaves gradients local, and the replicas diverge silently. I compare a parameter hash across ranks to be sure.',
} satisfies Experiment
