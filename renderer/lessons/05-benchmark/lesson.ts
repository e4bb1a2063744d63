/** Phase 5: how fast, compared with what, and why not faster. */
import fit from 'code:shared/domain/cost-model.ts#fit'
import sweep from 'code:electron/workbench/programs/allreduce-sweep.ts#measure'
import plan from 'code:electron/ddp/buckets.ts#plan'
import loop from 'code:electron/engine/loop.ts#loop'
import { judged } from '../judged.ts'
import type { Lesson } from '../lesson.ts'

const scaling = [{ program: 'scaling', arm: 'measured' }] as const
const allReduceSweep = [{ program: 'allreduce-sweep', arm: 'measured' }] as const

export const benchmark = {
  number: 5,
  id: 'benchmark',
  title: 'Benchmark',
  aim: 'You can measure a speed-up fairly, predict one, and say why it is not N.',
  steps: [
    {
      id: 'fair',
      title: 'What is a fair comparison?',
      run: { kind: 'programs', label: 'Time one rank and two', requests: scaling },
      widget: 'step-scatter',
      check: judged('scaling', 'measured'),
      code: [loop],
    },
    {
      id: 'scaling',
      title: 'The same work sooner, or more work at once?',
      run: { kind: 'programs', label: 'Measure strong and weak scaling', requests: scaling, worldSizes: [2, 3, 4] },
      widget: 'scaling-bars',
      check: judged('scaling', 'measured'),
      code: [],
      experiments: ['batch-and-rate'],
    },
    {
      id: 'cost-model',
      title: 'Can you predict a ring that you have not run?',
      run: { kind: 'programs', label: 'Sweep, fit, predict, score', requests: allReduceSweep },
      widget: 'cost-model',
      check: judged('allreduce-sweep', 'measured'),
      code: [fit, sweep],
    },
    {
      id: 'amdahl',
      title: 'How fast could it ever become?',
      run: { kind: 'programs', label: 'Measure my serial share', requests: scaling },
      widget: 'amdahl',
      check: judged('scaling', 'measured'),
      code: [],
    },
    {
      id: 'why-not-n',
      title: 'Why not N times as fast?',
      run: { kind: 'programs', label: 'Take a step apart', requests: [{ program: 'below-twice', arm: 'healthy' }] },
      widget: 'waterfall',
      check: judged('below-twice', 'healthy'),
      code: [plan],
      experiments: ['below-twice'],
    },
    {
      id: 'free-tier',
      title: 'What would two free T4 bring?',
      run: { kind: 'programs', label: 'Measure my own bandwidth', requests: allReduceSweep },
      widget: 'free-tier',
      check: judged('allreduce-sweep', 'measured'),
      code: [],
    },
  ],
} satisfies Lesson
