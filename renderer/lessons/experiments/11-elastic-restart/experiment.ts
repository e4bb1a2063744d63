/** Experiment 11: a run that can go on with the ranks that are left. Whole training runs: the fault is a real kill. */
import { elasticSurvives } from '../../../../shared/lessons/run-checks.ts'
import { judgedRuns } from '../../judged.ts'
import { runNames } from '../../run-names.ts'
import type { Experiment } from '../../lesson.ts'

const config = { model: 'tiny', epochs: 2 } as const

export const experiment = {
  number: 11,
  id: 'elastic-restart',
  title: 'Lose a machine for good',
  prediction: {
    question: 'A rank is killed after the first checkpoint, and an elastic run goes on with those that are left. What will the loss do?',
    options: ['Start from the beginning', 'Go on about where the checkpoint was', 'Become no number'],
    expected: 1,
  },
  broken: {
    kind: 'training',
    label: 'Kill a rank, no restarts',
    config: { ...config, name: runNames.notElastic, worldSize: 2, maxRestarts: 0 },
    killsRank: 1,
  },
  fixed: {
    kind: 'training',
    label: 'Kill a rank, elastic',
    config: { ...config, name: runNames.elastic, worldSize: 2, elastic: true },
    killsRank: 1,
  },
  widget: 'run-elastic',
  check: judgedRuns([runNames.notElastic, runNames.elastic], elasticSurvives),
  code: null,
  say: 'On a spot instance losing a worker is normal. An elastic job restarts all ranks from the last checkpoint with the new world size. The global batch changes unless I adjust accumulation, the sampler must be cut anew for the new number of ranks, and work since the checkpoint is repeated.',
} satisfies Experiment
