/** Experiment 14: a parameter that the forward pass does not use. */
import backward from 'code:electron/workbench/programs/unused-branch.ts#backward'
import fixed from 'code:electron/workbench/programs/unused-branch.ts#fixed'
import { toldApart } from '../../judged.ts'
import type { Experiment } from '../../lesson.ts'

export const experiment = {
  number: 14,
  id: 'unused-branch',
  title: 'Leave a branch of the model unused',
  prediction: {
    question: 'A second head exists but is not used in this step. What happens to its bucket?',
    options: ['It is sent with zeros in it', 'It never gets ready, and neither do those behind it', 'DDP leaves it out'],
    expected: 1,
  },
  broken: { kind: 'programs', label: 'Run with the unused head', requests: [{ program: 'unused-branch', arm: 'broken' }] },
  fixed: { kind: 'programs', label: 'Mark it ready', requests: [{ program: 'unused-branch', arm: 'fixed' }] },
  widget: 'bucket-states',
  check: toldApart('unused-branch', ['broken'], 'fixed'),
  code: { broken: [backward], fixed: [backward, fixed] },
  say: 'DDP waits for a gradient from every parameter. If a branch is skipped, its bucket never fills, and the next step raises “Expected to have finished reduction in the prior iteration”. find_unused_parameters=True walks the graph and marks the rest as ready, at a cost per step. Better: do not register what you do not use.',
} satisfies Experiment
