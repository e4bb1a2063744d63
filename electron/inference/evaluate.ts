/** Measures a classifier on labelled rows: batches sorted by length, every row exactly once, statistics from the counts. */
import { makeBatch } from '../data/batching.ts'
import { tokenizeExamples, type Tokenizer } from '../data/tokenizer.ts'
import type { Batch, Example, TokenizedExamples } from '../data/types.ts'
import type { Classifier } from '../engine/classifier.ts'
import { evaluateBatches } from '../engine/evaluate.ts'
import { classScores, wilsonInterval, type Evaluation } from '../../shared/domain/evaluation.ts'

const rowsPerBatch = 32

export async function evaluateExamples(
  classifier: Pick<Classifier, 'logits' | 'labelCount'>,
  tokenizer: Tokenizer,
  examples: readonly Example[],
  { labels, maxLength }: { labels: readonly string[]; maxLength: number },
): Promise<Omit<Evaluation, 'badRowCount'>> {
  const began = performance.now()
  const tokenized = tokenizeExamples(tokenizer, examples, maxLength)
  const { lossSum, correctCount, rowCount, confusion } = await evaluateBatches(classifier, batchesByLength(tokenized))
  return {
    rowCount,
    correctCount,
    accuracy: correctCount / rowCount,
    accuracyInterval: wilsonInterval(correctCount, rowCount),
    ...classScores(confusion, labels),
    meanLoss: lossSum / rowCount,
    labels: [...labels],
    confusion,
    durationMs: performance.now() - began,
  }
}

function* batchesByLength(tokenized: TokenizedExamples): Generator<Batch> {
  const order = [...tokenized.ids.keys()].sort((a, b) => tokenized.ids[a]!.length - tokenized.ids[b]!.length)
  for (let start = 0; start < order.length; start += rowsPerBatch) {
    const chosen = order.slice(start, start + rowsPerBatch)
    yield makeBatch(tokenized, chosen, { rows: chosen.length, lengthMultiple: 1 })
  }
}
