/** Experiment 10: a rank dies, hangs or is slow. */
import dies from 'code:electron/workbench/programs/rank-down.ts#dies'
import hangs from 'code:electron/workbench/programs/rank-down.ts#hangs'
import slow from 'code:electron/workbench/programs/rank-down.ts#slow'
import { toldApart } from '../../judged.ts'
import type { Experiment } from '../../lesson.ts'

export const experiment = {
  number: 10,
  id: 'rank-down',
  title: 'Let a rank die, hang, or be slow',
  prediction: {
    question: 'One rank hangs in its data loader. Which rank will report an error first?',
    options: ['The one that hangs', 'One of the others, which wait for it', 'None: the others go on without it'],
    expected: 1,
  },
  broken: {
    kind: 'programs',
    label: 'Break rank 1 in three ways',
    requests: [
      { program: 'rank-down', arm: 'slow' },
      { program: 'rank-down', arm: 'hangs' },
      { program: 'rank-down', arm: 'dies' },
    ],
  },
  fixed: { kind: 'programs', label: 'Run three healthy ranks', requests: [{ program: 'rank-down', arm: 'healthy' }] },
  widget: 'rank-down',
  check: toldApart('rank-down', ['slow', 'hangs', 'dies'], 'healthy'),
  code: { broken: [slow, hangs, dies], fixed: [] },
  say: 'The rank that reports the timeout is usually the victim. I look for the rank that is not in the collective: dead, it has no process; hanging, it has a process but no progress; slow, it is the only one that never waits. The last common collective says where to look.',
} satisfies Experiment
