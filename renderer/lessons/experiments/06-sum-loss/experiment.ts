/** Experiment 6: the loss is a sum over the batch. */
import broken from 'code:electron/workbench/programs/sum-loss.ts#broken'
import fixed from 'code:electron/workbench/programs/sum-loss.ts#fixed'
import { toldApart } from '../../judged.ts'
import type { Experiment } from '../../lesson.ts'

export const experiment = {
  number: 6,
  id: 'sum-loss',
  title: 'Sum the loss instead of averaging it',
  prediction: {
    question: 'The gradient becomes as many times larger as the batch has rows. Which training suffers?',
    options: ['AdamW and SGD alike', 'Only SGD: AdamW hides it', 'None: a learning rate is only a number'],
    expected: 1,
  },
  broken: { kind: 'programs', label: 'Train with a sum', requests: [{ program: 'sum-loss', arm: 'broken' }] },
  fixed: { kind: 'programs', label: 'Train with a mean', requests: [{ program: 'sum-loss', arm: 'fixed' }] },
  widget: 'sum-loss',
  check: toldApart('sum-loss', ['broken'], 'fixed'),
  code: { broken: [broken], fixed: [fixed] },
  say: 'With reduction="sum" the gradient grows with the batch, so the effective learning rate does too. AdamW divides by the gradient’s own size and hides it; SGD diverges, and clipping or logging of norms is off as well. I watch the gradient norm, not only the loss.',
} satisfies Experiment
