/**
 * Signs that a text is unlike what a model was trained on: counted facts and what each one means. No verdict; a text can
 * show none of them and still be foreign to the model.
 */
import type { Prediction } from './prediction.ts'

export interface DomainNote {
  kind: 'nothing-read' | 'unknown-words' | 'short' | 'long' | 'undecided'
  /** Counted or measured. */
  fact: string
  /** What it means for the answer. */
  meaning: string
}

/** Share of tokens the vocabulary lacks from which it is worth a word. */
const manyUnknown = 0.15
/** A text is called short or long beyond this factor of the training rows' mean. */
const lengthFactor = 4
/** Of the largest possible entropy. */
const highEntropy = 0.75
const lowConfidence = 0.5

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`
const tokens = (count: number): string => `${count} ${count === 1 ? 'token' : 'tokens'}`

/** Shannon entropy in bits; 0 for certainty, log2(n) where all n are equally likely. */
export const entropyBits = (probabilities: readonly number[]): number =>
  probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log2(p) : sum), 0)

/** `tokensPerTrainingRow`: mean over the rows of the training, [CLS] and [SEP] included; null where that is not known. */
export function domainNotes(
  prediction: Pick<Prediction, 'tokens' | 'truncatedTokens' | 'probabilities' | 'confidence'>,
  tokensPerTrainingRow: number | null,
): DomainNote[] {
  const present = prediction.tokens.filter(({ kind }) => kind !== 'pad')
  const read = present.filter(({ kind }) => kind !== 'special')
  const notes: DomainNote[] = []
  if (read.length === 0)
    notes.push({
      kind: 'nothing-read',
      fact: 'No token of this text reached the model.',
      meaning: 'The answer is what it says to an empty text: white space and control characters are dropped.',
    })

  const unknown = read.filter(({ kind }) => kind === 'unknown').length
  if (read.length > 0 && unknown / read.length >= manyUnknown)
    notes.push({
      kind: 'unknown-words',
      fact: `${unknown} of ${tokens(read.length)} (${percent(unknown / read.length)}) are [UNK].`,
      meaning: 'The vocabulary has no pieces for these words: to the model they all look the same, however sure it sounds.',
    })

  const length = present.length + prediction.truncatedTokens.length
  if (tokensPerTrainingRow !== null && read.length > 0) {
    const fact = `${tokens(length)}; rows in training had ${tokensPerTrainingRow.toFixed(1)} on average.`
    if (length * lengthFactor < tokensPerTrainingRow)
      notes.push({ kind: 'short', fact, meaning: 'Much shorter than what it learned from: one word may decide alone.' })
    if (length > lengthFactor * tokensPerTrainingRow)
      notes.push({
        kind: 'long',
        fact,
        meaning: 'Much longer than what it learned from: late words count in a way that was hardly trained.',
      })
  }

  const bits = entropyBits(prediction.probabilities.map(({ probability }) => probability))
  const most = Math.log2(prediction.probabilities.length)
  if (prediction.confidence < lowConfidence || (most > 0 && bits / most > highEntropy))
    notes.push({
      kind: 'undecided',
      fact: `Best class ${percent(prediction.confidence)}; entropy ${bits.toFixed(2)} of at most ${most.toFixed(2)} bits.`,
      meaning: 'The model is undecided: take the answer for a guess.',
    })
  return notes
}
