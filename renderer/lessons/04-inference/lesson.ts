/** Phase 4: a trained model answers. */
import softmax from 'code:electron/inference/softmax.ts#softmax'
import evaluate from 'code:electron/engine/evaluate.ts#evaluate'
import bins from 'code:electron/workbench/programs/calibration.ts#bins'
import confidence from 'code:electron/workbench/programs/calibration.ts#confidence'
import measure from 'code:electron/workbench/programs/latency-batches.ts#measure'
import modes from 'code:electron/workbench/programs/latency-batches.ts#modes'
import { judged } from '../judged.ts'
import type { Lesson } from '../lesson.ts'

export const inference = {
  number: 4,
  id: 'inference',
  title: 'Inference',
  aim: 'You can say how a model answers, how fast, how sure it may be, and what it gets wrong.',
  steps: [
    {
      id: 'answer',
      title: 'What is different when a model answers?',
      run: { kind: 'programs', label: 'Ask twice in each mode', requests: [{ program: 'latency-batches', arm: 'measured' }] },
      widget: 'answer-modes',
      check: judged('latency-batches', 'measured'),
      code: [modes],
      experiments: ['batch-norm'],
    },
    {
      id: 'batching',
      title: 'Is it faster to ask many at once?',
      run: { kind: 'programs', label: 'Measure batches of 1 to 64', requests: [{ program: 'latency-batches', arm: 'measured' }] },
      widget: 'latency-chart',
      check: judged('latency-batches', 'measured'),
      code: [measure],
    },
    {
      id: 'calibration',
      title: 'Is “80 % sure” right 80 % of the time?',
      run: { kind: 'programs', label: 'Train, then ask 400 headlines', requests: [{ program: 'calibration', arm: 'measured' }] },
      widget: 'reliability',
      check: judged('calibration', 'measured'),
      code: [softmax, confidence, bins],
    },
    {
      id: 'mistakes',
      title: 'What does it get wrong, and how sure is it?',
      run: { kind: 'programs', label: 'Train, then look at the mistakes', requests: [{ program: 'calibration', arm: 'measured' }] },
      widget: 'confusion',
      check: judged('calibration', 'measured'),
      code: [evaluate],
      experiments: ['eval-padding'],
    },
  ],
} satisfies Lesson
