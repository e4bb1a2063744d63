/**
 * A model folder brought to life: weights, tokenizer and class names that answer for a headline or are measured on
 * labelled rows. It runs on the calling thread and blocks it while it computes; the lab calls it in a worker.
 */
import { modelInvalid, readTokenizerMaxLength, type LabInfo } from '../checkpoint/model-folder.ts'
import { makeBatch } from '../data/batching.ts'
import type { Tokenizer } from '../data/tokenizer.ts'
import type { Example } from '../data/types.ts'
import { canFreeze, FrozenStore } from '../engine/frozen-store.ts'
import { HostStore } from '../engine/parameter-store.ts'
import { createClassifier, type Classifier } from '../engine/classifier.ts'
import { ParameterArena } from '../engine/parameters.ts'
import { noClassifier, openModel } from '../pretrained/open-model.ts'
import type { Evaluation } from '../../shared/domain/evaluation.ts'
import type { BatchPrediction, Prediction } from '../../shared/domain/prediction.ts'
import { evaluateExamples } from './evaluate.ts'
import { softmax } from './softmax.ts'

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

/** Sequence lengths are rounded up to this, so that few shapes need compiling. */
const lengthMultiple = 8
/** Of a batch; a smaller one is filled up to a power of two. */
const maxBatchRows = 32

/** Loads the model folder at `directory`. `threads` are ONNX Runtime's. Throws MODEL_NOT_FOUND or MODEL_INVALID. */
export async function loadModel(directory: string, { threads }: { threads: number }): Promise<LoadedModel> {
  const { config, tokenizer, lab, tensors, report } = await openModel(directory)
  const lacking = [...report.missing, ...report.misshaped.map(({ name }) => name)]
  if (lacking.length > 0) throw noClassifier(directory, config.labels.length, lacking)
  const arena = new ParameterArena(config)
  for (const { name } of arena.specs) arena.parameter(name).set(tensors.get(name)!.data)
  const store = canFreeze(arena) ? new FrozenStore(arena) : new HostStore(arena)
  const trainedLength = lab?.maxLength ?? (await readTokenizerMaxLength(directory)) ?? Infinity
  const maxLength = Math.min(trainedLength, config.maxPositionEmbeddings)
  return new ClassifierModel(directory, config.labels, maxLength, lab, tokenizer, createClassifier({ config, arena, store, threads }))
}

class ClassifierModel implements LoadedModel {
  readonly labels: readonly string[]
  readonly maxLength: number
  readonly lab: LabInfo | null
  readonly #directory: string
  readonly #tokenizer: Tokenizer
  readonly #classifier: Classifier
  /** Lengths for which the runtime has compiled: the first use of another would be measured as slowness. */
  readonly #warmLengths = new Set<number>()

  constructor(
    directory: string,
    labels: readonly string[],
    maxLength: number,
    lab: LabInfo | null,
    tokenizer: Tokenizer,
    classifier: Classifier,
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
    const batch = makeBatch({ ids: [ids], labels: Int32Array.of(0) }, [0], { rows: 1, lengthMultiple, maxLength })
    const tokenizeMs = performance.now() - began

    if (!this.#warmLengths.has(batch.length)) {
      await this.#classifier.logits(batch)
      this.#warmLengths.add(batch.length)
    }
    const forwardBegan = performance.now()
    const chances = softmax(await this.#classifier.logits(batch))
    const latencyMs = tokenizeMs + performance.now() - forwardBegan
    return {
      text,
      ...this.#verdict(chances),
      tokens: Array.from(batch.ids, (id) => this.#tokenizer.chip(id)),
      truncatedTokens,
      maxLength,
      latencyMs,
    }
  }

  async classifyMany(texts: readonly string[]): Promise<BatchClassification[]> {
    const { maxLength } = this
    const encoded = texts.map((text) => this.#tokenizer.encode(text, maxLength))
    const examples = { ids: encoded.map(({ ids }) => ids), labels: new Int32Array(texts.length) }
    const order = [...texts.keys()].sort((a, b) => examples.ids[a]!.length - examples.ids[b]!.length)
    const answers = new Array<BatchClassification>(texts.length)
    for (let start = 0; start < order.length; start += maxBatchRows) {
      const chosen = order.slice(start, start + maxBatchRows)
      const rows = 2 ** Math.ceil(Math.log2(chosen.length))
      const logits = await this.#classifier.logits(makeBatch(examples, chosen, { rows, lengthMultiple, maxLength }))
      for (const [row, index] of chosen.entries()) {
        const chances = softmax(logits.subarray(row * this.labels.length, (row + 1) * this.labels.length))
        answers[index] = { ...this.#verdict(chances), truncatedCount: encoded[index]!.truncatedTokens.length }
      }
    }
    // Shapes of batches may push those of single headlines out of the runtime's memory.
    this.#warmLengths.clear()
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
    // The shapes of evaluation may push those of single headlines out of the runtime's memory.
    this.#warmLengths.clear()
    const { labels, maxLength } = this
    return { ...(await evaluateExamples(this.#classifier, this.#tokenizer, examples, { labels, maxLength })), badRowCount }
  }

  dispose(): void {
    this.#classifier.dispose()
  }
}
