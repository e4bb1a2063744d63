/** Loss and confusion counts over batches. Sums only: ranks add theirs together before anyone divides. */
import type { Batch } from '../data/types.ts'
import type { Classifier } from './classifier.ts'

export interface EvaluationSums {
  lossSum: number
  correctCount: number
  rowCount: number
  /** `confusion[actual][predicted]`, counts. */
  confusion: number[][]
}

// region evaluate
/** Filling rows are left out. */
export async function evaluateBatches(
  classifier: Pick<Classifier, 'logits' | 'labelCount'>,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
): Promise<EvaluationSums> {
  const { labelCount } = classifier
  const confusion = Array.from({ length: labelCount }, () => new Array<number>(labelCount).fill(0))
  const sums: EvaluationSums = { lossSum: 0, correctCount: 0, rowCount: 0, confusion }
  for await (const batch of batches) {
    const logits = await classifier.logits(batch)
    for (let row = 0; row < batch.rows; row++) {
      if (batch.weights[row] === 0) continue
      const scores = logits.subarray(row * labelCount, (row + 1) * labelCount)
      const actual = batch.labels[row]!
      const predicted = indexOfLargest(scores)
      sums.lossSum += logSumExp(scores) - scores[actual]!
      sums.rowCount++
      if (predicted === actual) sums.correctCount++
      confusion[actual]![predicted]!++
    }
  }
  return sums
}
// endregion

function indexOfLargest(scores: Float32Array): number {
  return scores.reduce((best, score, index) => (score > scores[best]! ? index : best), 0)
}

function logSumExp(scores: Float32Array): number {
  const largest = Math.max(...scores)
  return largest + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - largest), 0))
}
