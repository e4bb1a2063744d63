/** Phase 2: the training loop on one rank, and what each line of it is for. */
import loop from 'code:electron/engine/loop.ts#loop'
import accumulate from 'code:electron/engine/loop.ts#accumulate'
import sites from 'code:electron/engine/dropout.ts#sites'
import learningRate from 'code:electron/engine/schedule.ts#learning-rate'
import evaluate from 'code:electron/engine/evaluate.ts#evaluate'
import type { Lesson } from '../lesson.ts'
import { runNames } from '../run-names.ts'
import { learnedAndSaved } from '../../../shared/lessons/run-checks.ts'
import { judged, judgedRuns } from '../judged.ts'

export const baseline = {
  number: 2,
  id: 'baseline',
  title: 'Baseline',
  aim: 'You can walk through one training step with numbers, and say what breaks when a line is missing.',
  steps: [
    {
      id: 'loop',
      title: 'Five lines train a model',
      run: { kind: 'programs', label: 'Make one step', requests: [{ program: 'baseline-step', arm: 'measured' }], withTexts: true },
      widget: 'loop-stepper',
      check: judged('baseline-step', 'measured'),
      code: [loop],
    },
    {
      id: 'zero-grad',
      title: 'What if gradients are never cleared?',
      run: { kind: 'programs', label: 'Run backward twice', requests: [{ program: 'baseline-step', arm: 'measured' }] },
      widget: 'zero-grad',
      check: judged('baseline-step', 'measured'),
      code: [accumulate],
      experiments: ['accumulation-sync'],
    },
    {
      id: 'modes',
      title: 'Why does the same text give two answers?',
      run: { kind: 'programs', label: 'Run both modes', requests: [{ program: 'baseline-step', arm: 'measured' }] },
      widget: 'modes',
      check: judged('baseline-step', 'measured'),
      code: [sites],
      experiments: ['dropout-seeds', 'batch-norm'],
    },
    {
      id: 'learning-rate',
      title: 'Too high, too low, or right?',
      run: { kind: 'programs', label: 'Train with three rates', requests: [{ program: 'learning-rates', arm: 'measured' }] },
      widget: 'rate-curves',
      check: judged('learning-rates', 'measured'),
      code: [learningRate],
      experiments: ['batch-and-rate'],
    },
    {
      id: 'metrics',
      title: 'Did it learn, or did it memorise?',
      run: {
        kind: 'training',
        label: 'Train one epoch',
        config: { name: runNames.baseline, model: 'tiny', worldSize: 1, epochs: 1 },
      },
      widget: 'run-metrics',
      check: judgedRuns([runNames.baseline], learnedAndSaved),
      code: [evaluate],
      experiments: ['checkpoint-mistakes'],
    },
  ],
} satisfies Lesson
