/** Experiment 11: a run that goes on with the ranks that are left. Whole training runs: the fault is a real kill. */
import { elasticConfig, elasticRestart, killAtStep, killedRank } from '../../../../shared/lessons/elastic-restart.ts'
import { runsToldApart } from '../../judged.ts'
import type { Experiment } from '../../lesson.ts'
import { runNames } from '../../run-names.ts'

const kill = { rank: killedRank, atStep: killAtStep }

export const experiment = {
  number: 11,
  id: 'elastic-restart',
  title: 'Lose a rank for good, far from a checkpoint',
  prediction: {
    question:
      'A rank is killed at step 30, and the run goes on with the one that is left. How much is lost if only the end of an epoch is saved?',
    options: ['Nothing: the other rank still has the weights', 'All steps since the start', 'One step'],
    expected: 1,
  },
  broken: {
    kind: 'training',
    label: 'Kill a rank, save per epoch',
    config: { ...elasticConfig('broken'), name: runNames.elasticBroken },
    kill,
  },
  fixed: {
    kind: 'training',
    label: 'Kill a rank, save every 10 steps',
    config: { ...elasticConfig('fixed'), name: runNames.elasticFixed },
    kill,
  },
  widget: 'run-elastic',
  check: runsToldApart(runNames.elasticBroken, runNames.elasticFixed, elasticRestart),
  code: null,
  say: 'On a spot instance losing a worker is normal. An elastic job restarts from the last checkpoint with the ranks that are left. I choose how often to save by what I can afford to lose; the sampler has to be cut anew for the new number of ranks, and the global batch changes unless accumulation is adjusted.',
} satisfies Experiment
