/** Experiment 16: all ranks save, or the optimizer's state is left out. */
import broken from 'code:electron/workbench/programs/checkpoint-mistakes.ts#no-moments'
import fixed from 'code:electron/workbench/programs/checkpoint-mistakes.ts#fixed'
import { toldApart } from '../../judged.ts'
import type { Experiment } from '../../lesson.ts'

export const experiment = {
  number: 16,
  id: 'checkpoint-mistakes',
  title: 'Save too often, or too little',
  prediction: {
    question: 'A checkpoint has the weights, but not AdamW’s averages. What does the loss do after resuming?',
    options: ['It goes on exactly as before', 'It leaves the old path: the optimizer has forgotten', 'It starts from ln 4 again'],
    expected: 1,
  },
  broken: {
    kind: 'programs',
    label: 'Save it wrong in two ways',
    requests: [
      { program: 'checkpoint-mistakes', arm: 'all-ranks-save' },
      { program: 'checkpoint-mistakes', arm: 'no-moments' },
    ],
  },
  fixed: { kind: 'programs', label: 'Save it right', requests: [{ program: 'checkpoint-mistakes', arm: 'fixed' }] },
  widget: 'saved-files',
  check: toldApart('checkpoint-mistakes', ['all-ranks-save', 'no-moments'], 'fixed'),
  code: { broken: [broken], fixed: [fixed] },
  say: 'A resumable checkpoint has weights, optimizer state, step and position in the data, scheduler and seeds. Only rank 0 writes it, to a temporary name that is renamed when complete, and the others wait. I prove it by resuming: the losses must go on to the bit.',
} satisfies Experiment
