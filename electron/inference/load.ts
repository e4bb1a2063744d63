/**
 * A model folder brought to life: weights, tokenizer and class names that answer for a headline or are measured on
 * labelled rows. It runs on the calling thread and blocks it while it computes; the lab calls it in a worker.
 */
import { modelInvalid, readTokenizerMaxLength, type LabInfo } from '../checkpoint/model-folder.ts'
import { makeBatch } from '../data/batching.ts'
import type { Tokenizer } from '../data/tokenizer.ts'
import type { Batch, Example } from '../data/types.ts'
import { noClassifier, openModel } from '../pretrained/open-model.ts'
import type { Evaluation } from '../../shared/domain/evaluation.ts'
import type { BatchPrediction, Prediction } from '../../shared/domain/prediction.ts'
import { evaluateExamples } from './evaluate.ts'
import { FrozenClassifier } from './frozen-classifier.ts'
import { softmax } from './softmax.ts'
import { maxBatchRows } from './turns.ts'

/** An answer; which checkpoint gave it is the caller's to say. */
export type Classification = Omit<Prediction, 'checkpoint'>

/** One of many; its text is the caller's to say too. */
export type BatchClassification = Omit<BatchPrediction, 'text' | 'checkpoint'>

export interface LoadedModel {
  readonly labels: readonly string[]
  /** Longest sequence in tokens; the rest of a longer text is cut off. */
  readonly maxLength: number
  /** Where the weights come from; null in a folder that another program made. */
  readonly lab: LabInfo | null
  classify(text: string): Promise<Classification>
  /** The answers to `texts` in their order, computed in batches of like length. */
  classifyMany(texts: readonly string[]): Promise<BatchClassification[]>
  /** Measures `examples`, labelled by index into `labels`; `badRowCount`, rows of the file that could not be used, is passed on. */
  evaluate(examples: readonly Example[], badRowCount: number): Promise<Evaluation>
  dispose(): void
}

/** Loads the model folder at `directory`. `threads` are ONNX Runtime's. Throws MODEL_NOT_FOUND or MODEL_INVALID. */
export async function loadModel(directory: string, { threads }: { threads: number }): Promise<LoadedModel> {
  const { config, tokenizer, lab, tensors, report } = await openModel(directory)
  const lacking = [...report.missing, ...report.misshaped.map(({ name }) => name)]
  if (lacking.length > 0) throw noClassifier(directory, config.labels.length, lacking)
  const trainedLength = lab?.maxLength ?? (await readTokenizerMaxLength(directory)) ?? Infinity
  const maxLength = Math.min(trainedLength, config.maxPositionEmbeddings)
  const classifier = await FrozenClassifier.create(config, (name) => tensors.get(name)!.data, threads)
  const model = new ClassifierModel(directory, config.labels, maxLength, lab, tokenizer, classifier)
  // The first run takes the runtime's memory, which would be measured as slowness.
  await classifier.logits(batchOf([tokenizer.encodeIds('', maxLength)]))
  return model
}

const batchOf = (ids: Int32Array[]): Batch =>
  makeBatch({ ids, labels: new Int32Array(ids.length) }, [...ids.keys()], { rows: ids.length, lengthMultiple: 1 })

class ClassifierModel implements LoadedModel {
  readonly labels: readonly string[]
  readonly maxLength: number
  readonly lab: LabInfo | null
  readonly #directory: string
  readonly #tokenizer: Tokenizer
  readonly #classifier: FrozenClassifier

  constructor(
    directory: string,
    labels: readonly string[],
    maxLength: number,
    lab: LabInfo | null,
    tokenizer: Tokenizer,
    classifier: FrozenClassifier,
  ) {
    this.#directory = directory
    this.labels = labels
    this.maxLength = maxLength
    this.lab = lab
    this.#tokenizer = tokenizer
    this.#classifier = classifier
  }

  async classify(text: string): Promise<Classification> {
    const { maxLength } = this
    const began = performance.now()
    const { ids, truncatedTokens } = this.#tokenizer.encode(text, maxLength)
    const chances = softmax(await this.#classifier.logits(batchOf([ids])))
    const latencyMs = performance.now() - began
    return {
      text,
      ...this.#verdict(chances),
      tokens: Array.from(ids, (id) => this.#tokenizer.chip(id)),
      truncatedTokens,
      maxLength,
      latencyMs,
    }
  }

  async classifyMany(texts: readonly string[]): Promise<BatchClassification[]> {
    const encoded = texts.map((text) => this.#tokenizer.encode(text, this.maxLength))
    const order = [...encoded.keys()].sort((a, b) => encoded[a]!.ids.length - encoded[b]!.ids.length)
    const answers = new Array<BatchClassification>(texts.length)
    for (let start = 0; start < order.length; start += maxBatchRows) {
      const chosen = order.slice(start, start + maxBatchRows)
      const logits = await this.#classifier.logits(batchOf(chosen.map((index) => encoded[index]!.ids)))
      for (const [row, index] of chosen.entries()) {
        const chances = softmax(logits.subarray(row * this.labels.length, (row + 1) * this.labels.length))
        answers[index] = { ...this.#verdict(chances), truncatedCount: encoded[index]!.truncatedTokens.length }
      }
    }
    return answers
  }

  #verdict(chances: readonly number[]): Pick<Classification, 'label' | 'confidence' | 'probabilities'> {
    if (!chances.every(Number.isFinite)) throw modelInvalid(this.#directory, 'it answers with something that is not a number')
    const best = chances.indexOf(Math.max(...chances))
    return {
      label: this.labels[best]!,
      confidence: chances[best]!,
      probabilities: this.labels.map((label, index) => ({ label, probability: chances[index]! })),
    }
  }

  async evaluate(examples: readonly Example[], badRowCount: number): Promise<Evaluation> {
    const { labels, maxLength } = this
    return { ...(await evaluateExamples(this.#classifier, this.#tokenizer, examples, { labels, maxLength })), badRowCount }
  }

  dispose(): void {
    void this.#classifier.close()
  }
}
