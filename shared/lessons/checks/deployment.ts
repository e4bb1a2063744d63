/** Checks of phase 7: what a service answers, what a Space and a bundle hold, what an export agrees with. */
import type { ExportedFolder, Precision } from '../../domain/export.ts'
import { type SpaceKind, spaceKinds } from '../../domain/space.ts'
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
  'check.py',
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

/** Without these a Space does not start, or has nothing to answer with. */
export const spaceNeeds: Readonly<Record<SpaceKind, { head: readonly string[]; files: readonly string[] }>> = {
  static: {
    head: ['sdk: static', 'app_file: index.html'],
    files: ['index.html', 'app.js', 'transformers.js', 'model/config.json', 'model/tokenizer.json', 'model/onnx/model_quantized.onnx'],
  },
  docker: {
    head: ['sdk: docker', 'app_port: 7860'],
    files: ['Dockerfile', 'server/server.js', 'model/config.json', 'model/tokenizer.json', 'model/model.safetensors'],
  },
}
/** Of probabilities: the same weights in another process. */
const mostOfSameWeights = 1e-4
/** int8 may tip what the model itself is undecided about. */
const leastAgreement = { static: 0.95, docker: 1 } as const satisfies Record<SpaceKind, number>

export const spaceFolders: Check<'space-folders'> = ({ ranks }) => {
  const { spaces, rowCount } = ranks[0]!.probe
  const rowsOf = (share: number): number => Math.round(share * rowCount)
  const of = (kind: SpaceKind) => spaces.find((space) => space.kind === kind)
  const lacking = spaceKinds.flatMap((kind) => {
    const { head, files } = spaceNeeds[kind]
    const space = of(kind)
    const missing = files.filter((needed) => !space?.files.some(({ path, bytes }) => path === needed && bytes > 0))
    return [...head.filter((line) => !space?.head.includes(line)), ...missing].map((what) => `${what} (${kind})`)
  })
  const damaged = spaces.filter(({ isWhole }) => !isWhole)
  const foreign = spaces.flatMap((space) => space.foreign)
  const otherwise = spaces.find(({ kind, agreement }) => !(agreement >= leastAgreement[kind]))
  const [page, image] = [of('static'), of('docker')]
  return unless(
    [
      lacking.length > 0 && `Not there: ${lacking.join(', ')}.`,
      damaged.length > 0 && `Not as it was written: the ${damaged.map(({ kind }) => kind).join(' and the ')} Space.`,
      foreign.length > 0 && `Loaded from elsewhere: ${foreign.join(', ')}.`,
      otherwise !== undefined &&
        `The ${otherwise.kind} Space names another class in ${rowsOf(1 - otherwise.agreement)} of ${rowCount} rows.`,
      // Not `>`: what is no number must not pass.
      !((image?.largestDifference ?? Infinity) <= mostOfSameWeights) &&
        `The Docker Space is off by up to ${figure(image?.largestDifference ?? Infinity)} from the lab's model.`,
    ],
    `Both folders are whole and load nothing from elsewhere. On ${rowCount} rows the Docker Space names the lab's class every time, the int8 of the page in ${rowsOf(page?.agreement ?? 0)}.`,
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
