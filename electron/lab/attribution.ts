/**
 * Which words an answer rests on, by occlusion: the text is asked again without each word, all of it as one job, and the
 * change of the answered class's probability is the word's effect. Nothing is estimated. Words that only work together
 * (“hot dog”) show little each; that is a property of the method.
 */
import type { InferenceClient } from '../inference/client.ts'
import type { Attribution } from '../../shared/domain/prediction.ts'
import { maxMeasuredWords, withoutWord, wordsOf } from '../../shared/domain/words.ts'
import type { AnsweringModel } from './answering-model.ts'

/** Throws as `InferenceClient.classifyMany`. */
export async function attribute(
  inference: InferenceClient,
  { directory, ref }: AnsweringModel,
  text: string,
  signal: AbortSignal | undefined,
): Promise<Attribution> {
  const all = wordsOf(text)
  const words = all.slice(0, maxMeasuredWords)
  const texts = [text, ...words.map((word) => withoutWord(text, word))]
  const began = performance.now()
  const [whole, ...without] = await inference.classifyMany(directory, ref, texts, { ...(signal && { signal }) })
  const durationMs = performance.now() - began
  const { label, confidence } = whole!
  return {
    text,
    label,
    probability: confidence,
    words: words.map((word, index) => {
      const { probabilities, label: labelWithout } = without[index]!
      const left = probabilities.find((candidate) => candidate.label === label)?.probability ?? 0
      return { ...word, effect: confidence - left, labelWithout }
    }),
    wordCount: all.length,
    forwardPasses: texts.length,
    durationMs,
  }
}
