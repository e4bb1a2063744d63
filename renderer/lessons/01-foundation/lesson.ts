/** Phase 1: what a model reads, what it is made of, and who reads which row. */
import encode from 'code:electron/data/tokenizer.ts#encode'
import pad from 'code:electron/data/batching.ts#pad'
import block from 'code:electron/engine/model.ts#block'
import shares from 'code:electron/ddp/sampler.ts#shares'
import setEpoch from 'code:electron/ddp/sampler.ts#set-epoch'
import type { Lesson } from '../lesson.ts'
import { judged } from '../judged.ts'

export const foundation = {
  number: 1,
  id: 'foundation',
  title: 'Foundation',
  aim: 'You can say what happens to a headline before the first matrix multiplication, and what the model is made of.',
  steps: [
    {
      id: 'tokens',
      title: 'How does a headline become numbers?',
      run: { kind: 'programs', label: 'Tokenize', requests: [{ program: 'tokens', arm: 'measured' }], withTexts: true },
      widget: 'token-strip',
      check: judged('tokens', 'measured'),
      code: [encode],
    },
    {
      id: 'padding',
      title: 'What does padding to 128 cost?',
      run: { kind: 'programs', label: 'Measure padding', requests: [{ program: 'tokens', arm: 'measured' }], withTexts: true },
      widget: 'padding-cost',
      check: judged('tokens', 'measured'),
      code: [pad],
    },
    {
      id: 'model',
      title: 'What is inside the model?',
      run: { kind: 'programs', label: 'Build the model', requests: [{ program: 'buckets', arm: 'measured' }] },
      widget: 'model-explorer',
      check: judged('buckets', 'measured'),
      code: [block],
    },
    {
      id: 'sampler',
      title: 'Who reads which row, and when?',
      run: { kind: 'programs', label: 'Deal out the rows', requests: [{ program: 'sampler-grid', arm: 'measured' }] },
      widget: 'index-grid',
      check: judged('sampler-grid', 'measured'),
      code: [shares, setEpoch],
      experiments: ['set-epoch', 'no-sampler'],
    },
  ],
} satisfies Lesson
