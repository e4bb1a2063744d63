/** Checks of phase 7: what a service answers, what a bundle holds, what an export agrees with. */
import type { ExportedFolder, Precision } from '../../domain/export.ts'
import { apiRequests } from '../../domain/workbench/deployment.ts'
import { type Check, figure, percent, unless, type Verdict } from '../check.ts'

/** What HTTP has for each. */
export const expectedStatus: Readonly<Record<(typeof apiRequests)[number], number>> = {
  'one headline': 200,
  'three headlines': 200,
  'no text': 422,
  'no JSON': 400,
  'too large': 413,
}

export const httpApi: Check<'http-api'> = ({ ranks }) => {
  const { exchanges } = ranks[0]!.probe
  const missing = apiRequests.filter((name) => !exchanges.some((exchange) => exchange.name === name))
  const wrong = exchanges.filter(({ name, status }) => status !== expectedStatus[name])
  const silent = exchanges.filter(({ status, answer }) => status !== 200 && !answer.includes('"suggestion"'))
  return unless(
    [
      missing.length > 0 && `Not asked: ${missing.join(', ')}.`,
      wrong.length > 0 && wrong.map(({ name, status }) => `“${name}” got ${status} instead of ${expectedStatus[name]}`).join('; ') + '.',
      silent.length > 0 && `A refusal did not say what to do next: ${silent.map(({ name }) => name).join(', ')}.`,
    ],
    `Five requests over a real socket: ${exchanges.map(({ status }) => status).join(', ')}. Each refusal says what was wrong and what to do.`,
  )
}

const grouped = (count: number): string => count.toLocaleString('en')

/** Without these torchrun has nothing to run. */
export const bundleNeeds = [
  'train_ddp.py',
  'run_ddp.sh',
  'bundle.json',
  'model/model.safetensors',
  'model/config.json',
  'data/train.jsonl',
] as const

export const torchBundle: Check<'torch-bundle'> = ({ ranks }) => {
  const { files, trainRows, labTrainRows, differentRows, parameterCount, differentWeights } = ranks[0]!.probe
  const missing = bundleNeeds.filter((needed) => !files.some(({ name, bytes }) => name === needed && bytes > 0))
  return unless(
    [
      missing.length > 0 && `Not in the bundle: ${missing.join(', ')}.`,
      trainRows !== labTrainRows && `The bundle has ${trainRows} rows, the lab ${labTrainRows}.`,
      differentRows > 0 && `${differentRows} rows are tokenized otherwise than in the lab.`,
      differentWeights > 0 && `${differentWeights} of ${parameterCount} weights differ from those a run begins with.`,
    ],
    `${files.length} files: ${grouped(trainRows)} rows with the lab’s own token ids, and ${grouped(parameterCount)} weights, each equal to the bit to what a run here begins with.`,
  )
}

/** Rounding of float32, added up over a forward pass in another order. */
const mostDifference = 1e-3
/** Of the folder, besides the three ONNX files. */
const exportNeeds = ['README.md', 'config.json', 'model.safetensors', 'tokenizer.json', 'export.json'] as const
const measuredPrecisions: readonly Precision[] = ['fp32', 'fp16', 'int8']

/** The three files are there, and float32 answers as the engine does. */
export function exportAgrees({ files, facts }: ExportedFolder): Verdict {
  const has = (wanted: string): boolean => files.some(({ name, bytes }) => name === wanted && bytes > 0)
  const of = (wanted: Precision) => facts.measurements.find(({ precision }) => precision === wanted)
  const missing = [...exportNeeds.filter((name) => !has(name)), ...measuredPrecisions.filter((wanted) => !has(of(wanted)?.file ?? ''))]
  const fp32 = of('fp32')
  const difference = fp32?.largestLogitDifference ?? Infinity
  return unless(
    [
      missing.length > 0 && `Not in the folder: ${missing.join(', ')}.`,
      // Not `>`: what is no number must not pass.
      !(difference <= mostDifference) && `float32 is off by up to ${figure(difference)} from the engine.`,
      fp32?.agreement !== 1 && `float32 names another class than the engine in ${percent(1 - (fp32?.agreement ?? 0))} of the rows.`,
    ],
    `${files.length} files. On ${facts.rowCount} rows float32 names the engine’s class every time; no logit is off by more than ${difference.toExponential(1)}.`,
  )
}

const cardNeeds = ['## Training', '## Data', '## Limits'] as const

/** The card says where the model is from, how good it is, and what it does not know. */
export function cardIsHonest({ card, facts }: ExportedFolder): Verdict {
  const missing = cardNeeds.filter((heading) => !card.includes(heading))
  const quality = facts.measurements.find(({ precision }) => precision === 'fp32')?.quality ?? null
  return unless(
    [
      missing.length > 0 && `The card has no part ${missing.join(', ')}: no run of the lab is known for this model.`,
      quality === null && 'The card has no accuracy: the rows that the model has not seen were not at hand.',
      quality !== null && !card.includes(`value: ${quality.accuracy}`) && 'The card gives another accuracy than was measured.',
    ],
    `The card gives ${percent(quality?.accuracy ?? 0)} accuracy on ${quality?.rowCount ?? 0} rows not trained on, the run behind it, and its limits.`,
  )
}
