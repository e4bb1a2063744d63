/** Experiment 17: four reasons why two ranks are not twice as fast. */
import small from 'code:electron/workbench/programs/below-twice.ts#small-buckets'
import starved from 'code:electron/workbench/programs/below-twice.ts#starved-loader'
import straggler from 'code:electron/workbench/programs/below-twice.ts#straggler'
import tiny from 'code:electron/workbench/programs/below-twice.ts#tiny-batch'
import { toldApart } from '../../judged.ts'
import type { Experiment } from '../../lesson.ts'

export const experiment = {
  number: 17,
  id: 'below-twice',
  title: 'Make two ranks slower than they could be',
  prediction: {
    question: 'A slow data loader, a tiny batch, tiny buckets, one slow rank: which one makes the all-reduce look slow although it is not?',
    options: ['The slow data loader', 'The tiny batch', 'The slow rank'],
    expected: 2,
  },
  broken: {
    kind: 'programs',
    label: 'Slow it down in four ways',
    requests: [
      { program: 'below-twice', arm: 'starved-loader' },
      { program: 'below-twice', arm: 'tiny-batch' },
      { program: 'below-twice', arm: 'small-buckets' },
      { program: 'below-twice', arm: 'straggler' },
    ],
  },
  fixed: { kind: 'programs', label: 'Run two healthy ranks', requests: [{ program: 'below-twice', arm: 'healthy' }] },
  widget: 'waterfall',
  check: toldApart('below-twice', ['starved-loader', 'tiny-batch', 'small-buckets', 'straggler'], 'healthy'),
  code: { broken: [starved, tiny, small, straggler], fixed: [] },
  say: 'When scaling is poor I split the step: data, compute, exposed communication, optimizer. Data time high: the loader starves the GPU. Compute small against communication: the batch is too small. Many collectives: buckets too small. Long waits on all ranks but one: a straggler.',
} satisfies Experiment
