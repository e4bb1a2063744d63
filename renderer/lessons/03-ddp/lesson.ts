/** Phase 3: what data-parallel training adds to one rank, each part seen at work. */
import processGroup from 'code:electron/collectives/process-group.ts#process-group'
import schedule from 'code:electron/collectives/ring-algorithm.ts#schedule'
import broadcast from 'code:electron/ddp/broadcast.ts#broadcast'
import plan from 'code:electron/ddp/buckets.ts#plan'
import naive from 'code:electron/ddp/naive.ts#naive'
import launch from 'code:electron/ddp/reducer.ts#launch'
import markReady from 'code:electron/ddp/reducer.ts#mark-ready'
import shares from 'code:electron/ddp/sampler.ts#shares'
import setEpoch from 'code:electron/ddp/sampler.ts#set-epoch'
import sums from 'code:electron/ddp/step-sums.ts#sums'
import rank0Saves from 'code:electron/rank/train.ts#rank-0-saves'
import firstCause from 'code:electron/supervisor/failure.ts#first-cause'
import timelineStep from 'code:electron/workbench/programs/timeline.ts#step'
import sameFixed from 'code:electron/workbench/programs/same-as-one.ts#fixed'
import meanOfMeans from 'code:electron/workbench/programs/same-as-one.ts#mean-of-means'
import type { Lesson } from '../lesson.ts'
import { runNames } from '../run-names.ts'
import { metInOrder } from '../../../shared/lessons/collectives.ts'
import { savedOnce, survivedAKill } from '../../../shared/lessons/run-checks.ts'
import { judged, judgedRuns, toldApart } from '../judged.ts'

export const ddp = {
  number: 3,
  id: 'ddp',
  title: 'DDP',
  aim: 'You can explain what travels between ranks, when, and why all of them stay the same model.',
  steps: [
    {
      id: 'ranks',
      title: 'What is a rank?',
      run: { kind: 'programs', label: 'Start the ranks', requests: [{ program: 'broadcast', arm: 'fixed' }], worldSizes: [2, 3, 4] },
      widget: 'meeting-board',
      check: (evidence) => {
        const result = evidence.result('broadcast', 'fixed')
        return result && metInOrder(result)
      },
      code: [processGroup],
      experiments: ['pre-flight'],
    },
    {
      id: 'broadcast',
      title: 'Why do all ranks begin as the same model?',
      run: {
        kind: 'programs',
        label: 'Compare with and without',
        requests: [
          { program: 'broadcast', arm: 'broken' },
          { program: 'broadcast', arm: 'fixed' },
        ],
        worldSizes: [2, 3, 4],
      },
      widget: 'broadcast-digests',
      check: toldApart('broadcast', ['broken'], 'fixed'),
      code: [broadcast],
    },
    {
      id: 'shards',
      title: 'Who decides which rank reads what?',
      run: {
        kind: 'programs',
        label: 'Deal out the rows',
        requests: [{ program: 'sampler-grid', arm: 'measured' }],
        worldSizes: [2, 3, 4],
      },
      widget: 'index-grid',
      check: judged('sampler-grid', 'measured'),
      code: [shares, setEpoch],
      experiments: ['set-epoch', 'no-sampler', 'uneven-inputs', 'eval-padding'],
    },
    {
      id: 'ring',
      title: 'How do gradients meet? Round a ring',
      run: {
        kind: 'programs',
        label: 'All-reduce my gradient',
        requests: [{ program: 'ring-trace', arm: 'measured' }],
        worldSizes: [3, 2, 4],
        withTexts: true,
      },
      widget: 'ring-stepper',
      check: judged('ring-trace', 'measured'),
      code: [schedule],
    },
    {
      id: 'buckets',
      title: 'Why do gradients travel in buckets?',
      run: { kind: 'programs', label: 'Fill the buckets', requests: [{ program: 'buckets', arm: 'measured' }] },
      widget: 'bucket-map',
      check: judged('buckets', 'measured'),
      code: [plan, markReady],
      experiments: ['unused-branch'],
    },
    {
      id: 'naive-or-bucketed',
      title: 'One message per parameter, or one per bucket?',
      run: {
        kind: 'programs',
        label: 'Race them',
        requests: [
          { program: 'naive-vs-bucketed', arm: 'naive' },
          { program: 'naive-vs-bucketed', arm: 'bucketed' },
        ],
      },
      widget: 'calls-compare',
      check: toldApart('naive-vs-bucketed', ['naive'], 'bucketed'),
      code: [naive, launch],
    },
    {
      id: 'same-as-one',
      title: 'Two ranks with B rows are one rank with 2B',
      run: { kind: 'programs', label: 'Prove it', requests: [{ program: 'same-as-one', arm: 'fixed', shares: [32, 32] }] },
      widget: 'same-as-one',
      check: judged('same-as-one', 'fixed'),
      code: [sameFixed, sums],
      experiments: ['same-as-one-lost', 'dropout-seeds', 'sum-loss'],
    },
    {
      id: 'mean-of-means',
      title: 'Why is a mean of means wrong?',
      run: {
        kind: 'programs',
        label: 'Compare on 40 and 24 rows',
        requests: [
          { program: 'same-as-one', arm: 'fixed', shares: [40, 24] },
          { program: 'same-as-one', arm: 'mean-of-means', shares: [40, 24] },
        ],
      },
      widget: 'mean-of-means',
      check: toldApart('same-as-one', ['mean-of-means'], 'fixed'),
      code: [sameFixed, meanOfMeans],
      experiments: ['sum-loss', 'rank0-loss'],
    },
    {
      id: 'timeline',
      title: 'Where does the time of a step go?',
      run: { kind: 'programs', label: 'Record a timeline', requests: [{ program: 'timeline', arm: 'measured' }], worldSizes: [2, 3, 4] },
      widget: 'timeline',
      check: judged('timeline', 'measured'),
      code: [timelineStep],
      experiments: ['below-twice'],
    },
    {
      id: 'rank-0',
      title: 'What does only rank 0 do?',
      run: {
        kind: 'training',
        label: 'Train one epoch on two ranks',
        config: { name: runNames.rank0, model: 'tiny', worldSize: 2, epochs: 1, learningRate: 1.5e-3 },
      },
      widget: 'run-rank-0',
      check: judgedRuns([runNames.rank0], savedOnce),
      code: [rank0Saves],
      experiments: ['barrier-in-if', 'checkpoint-mistakes'],
    },
    {
      id: 'kill',
      title: 'What happens when a rank dies?',
      run: {
        kind: 'training',
        label: 'Train, and kill rank 1',
        config: { name: runNames.killed, model: 'tiny', worldSize: 2, epochs: 1, learningRate: 1.5e-3, checkpointEverySteps: 10 },
        kill: { rank: 1, atStep: 25 },
      },
      widget: 'run-killed',
      check: judgedRuns([runNames.killed], survivedAKill),
      code: [firstCause],
      experiments: ['rank-down'],
    },
  ],
} satisfies Lesson
