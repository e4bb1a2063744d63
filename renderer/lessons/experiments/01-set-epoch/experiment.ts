/** Experiment 1: the sampler is not told the epoch. */
import broken from 'code:electron/workbench/programs/set-epoch.ts#broken'
import fixed from 'code:electron/workbench/programs/set-epoch.ts#fixed'
import { toldApart } from '../../judged.ts'
import type { Experiment } from '../../lesson.ts'

export const experiment = {
  number: 1,
  id: 'set-epoch',
  title: 'Forget set_epoch',
  prediction: {
    question: 'Nobody tells the sampler that a new epoch has begun. What will you see?',
    options: ['An error in the second epoch', 'Every epoch in exactly the same order', 'Ranks that read each other’s rows'],
    expected: 1,
  },
  broken: { kind: 'programs', label: 'Run without setEpoch', requests: [{ program: 'set-epoch', arm: 'broken' }] },
  fixed: { kind: 'programs', label: 'Run with setEpoch', requests: [{ program: 'set-epoch', arm: 'fixed' }] },
  widget: 'heat-map',
  check: toldApart('set-epoch', ['broken'], 'fixed'),
  code: { broken: [broken], fixed: [fixed] },
  say: 'DistributedSampler seeds its shuffle with seed + epoch. Without set_epoch every epoch has the same order and the same batches. Nothing fails; the model just sees less variety. I call set_epoch at the top of each epoch.',
} satisfies Experiment
