/** From what is asked (what varies, scaling, form) to arms, and to the order in which their repetitions run. Pure. */
import { LabError } from '../../shared/contract/errors.ts'
import {
  type Arm,
  type BenchmarkForm,
  benchmarkForms,
  type Factor,
  type Plan,
  type Repetition,
  type Scaling,
  type Vary,
} from '../../shared/domain/benchmark.ts'
import { deviceTitles } from '../../shared/domain/device.ts'
import { inferencePlans } from '../../shared/domain/inference-sweep.ts'
import { maxWorldSize, paddingTitles, type RunConfig } from '../../shared/domain/run-config.ts'

export interface Asked {
  name: string
  /** Everything that the arms share. With a `targetAccuracy` they train until they have it, or for `maxSteps`. */
  config: RunConfig
  vary: Vary
  scaling: Scaling
  form: BenchmarkForm
  /** Whether the trained model is served and asked at the end. */
  inference?: boolean
}

/** A repetition that does not reach its target gives up after so many times the steps that are measured, unless the run says. */
const defaultLimit = 10

/** What a value of a numeric factor must be, and what several are called. */
const limits: Record<Exclude<Factor, 'device' | 'padding'>, { plural: string; least: number; most: number }> = {
  ranks: { plural: 'Ranks', least: 1, most: maxWorldSize },
  microBatch: { plural: 'Micro-batches', least: 1, most: 4096 },
  bucketCapBytes: { plural: 'Bucket caps', least: 1024, most: 2 ** 31 },
}

const examples: Record<Factor, string> = {
  ranks: '1,2',
  microBatch: '16,32,64',
  bucketCapBytes: '1048576,26214400',
  device: 'cpu,webgpu',
  padding: 'packed,longest,maxLength',
}

/** Throws CONFIG_INVALID where values are none, twice, not possible, or ranks cannot share the rows of a step evenly. */
export function planOf({ name, config, vary, scaling, form, inference = false }: Asked): Plan {
  const problem = problemOf(vary)
  if (problem !== null) throw invalid(problem, `Give the values to compare, for example ${examples[vary.factor]}.`)
  if (scaling === 'weak' && vary.factor !== 'ranks')
    throw invalid('Weak scaling is a matter of numbers of ranks.', 'Choose strong scaling, or compare ranks.')
  const { repetitions, warmupSteps, measuredSteps } = benchmarkForms[form]
  const steps = warmupSteps + measuredSteps
  const maxSteps = config.targetAccuracy === undefined ? steps : (config.maxSteps ?? defaultLimit * steps)
  if (maxSteps < steps)
    throw invalid(`${maxSteps} steps are fewer than the ${steps} of the ${form} form.`, `Give a limit of at least ${steps} steps.`)
  const arms = armsOf(config, vary, scaling).map((arm): Arm => ({ ...arm, config: forMeasuring(arm.config, maxSteps) }))
  const asked = inference ? inferencePlans[form] : null
  return { name, form, scaling, factor: vary.factor, repetitions, warmupSteps, measuredSteps, arms, inference: asked }
}

function problemOf({ factor, values }: Vary): string | null {
  if (values.length === 0) return factor === 'ranks' ? 'No number of ranks was given.' : 'No value was given.'
  if (new Set<unknown>(values).size < values.length) return `${values.join(', ')} names a value twice.`
  if (factor === 'device' || factor === 'padding') return null
  const { plural, least, most } = limits[factor]
  return values.every((value) => Number.isInteger(value) && value >= least && value <= most)
    ? null
    : `${plural} are whole numbers from ${least} to ${most}, not ${values.join(', ')}.`
}

const armsOf = (config: RunConfig, vary: Vary, scaling: Scaling): Arm[] =>
  ownArms(config, vary, scaling).map((arm) => ({ ...arm, imported: null }))

function ownArms(config: RunConfig, vary: Vary, scaling: Scaling): Omit<Arm, 'imported'>[] {
  switch (vary.factor) {
    case 'ranks':
      return vary.values.map((worldSize) => armOfRanks(config, worldSize, scaling))
    case 'microBatch':
      return vary.values.map((microBatch) => {
        const own = { ...config, microBatch }
        return { id: `micro-batch-${microBatch}`, label: shapeOf(own), config: own }
      })
    case 'bucketCapBytes':
      return vary.values.map((bucketCapBytes) => ({
        id: `bucket-${bucketCapBytes}`,
        label: `buckets of ${inBytes(bucketCapBytes)}, ${shapeOf(config)}`,
        config: { ...config, bucketCapBytes },
      }))
    case 'device':
      return vary.values.map((device) => ({
        id: `device-${device}`,
        label: `${deviceTitles[device]}, ${shapeOf(config)}`,
        config: { ...config, device },
      }))
    case 'padding':
      return vary.values.map((padding) => ({
        id: `padding-${padding}`,
        label: `${paddingTitles[padding]}, ${shapeOf(config)}`,
        config: { ...config, padding },
      }))
  }
}

function armOfRanks(config: RunConfig, worldSize: number, scaling: Scaling): Omit<Arm, 'imported'> {
  const rowsPerStep = config.microBatch * config.worldSize
  const microBatch = scaling === 'weak' ? config.microBatch : rowsPerStep / worldSize
  if (!Number.isInteger(microBatch)) {
    throw invalid(
      `${rowsPerStep} rows of a step cannot be shared evenly by ${worldSize} ranks.`,
      'Choose a micro-batch that all numbers of ranks divide, or weak scaling.',
    )
  }
  const own = { ...config, worldSize, microBatch }
  return { id: `ranks-${worldSize}`, label: shapeOf(own), config: own }
}

/** '2 ranks × 32' */
const shapeOf = ({ worldSize, microBatch, gradAccumSteps }: RunConfig): string =>
  `${worldSize} ${worldSize === 1 ? 'rank' : 'ranks'} × ${microBatch}${gradAccumSteps === 1 ? '' : ` × ${gradAccumSteps} micro-steps`}`

const inBytes = (bytes: number): string =>
  bytes % 2 ** 20 === 0 ? `${bytes / 2 ** 20} MiB` : bytes % 2 ** 10 === 0 ? `${bytes / 2 ** 10} KiB` : `${bytes} bytes`

/** As many epochs as it takes; nothing that would interrupt the steps, but for the validations that a target needs. */
const forMeasuring = (config: RunConfig, maxSteps: number): RunConfig => ({
  ...config,
  maxSteps,
  validationsPerEpoch: config.targetAccuracy === undefined ? 1 : config.validationsPerEpoch,
  epochs: 1000,
  maxRestarts: 0,
  checkpointEverySteps: undefined,
  earlyStopPatience: undefined,
})

/**
 * Interleaved, so that a machine that grows warm or busy does so for all arms alike: every arm once, then every arm again in
 * the opposite order. All arms of a repetition have its seed: another one in each repetition.
 */
export function scheduleOf({ arms, repetitions }: Plan): Repetition[] {
  return Array.from({ length: repetitions }, (_, index) => {
    const inTurn = index % 2 === 0 ? arms : arms.toReversed()
    return inTurn.map(({ id, config }): Repetition => ({
      arm: id,
      repetition: index + 1,
      seed: (config.seed + index) >>> 0,
      state: 'pending',
      startedAt: null,
      error: null,
      firstWeightsDigest: null,
      lastWeightsDigest: null,
      threadsPerRank: null,
      conditions: null,
      measured: null,
    }))
  }).flat()
}

const invalid = (cause: string, suggestion: string): LabError =>
  new LabError({ code: 'CONFIG_INVALID', title: 'That cannot be compared', cause, suggestion })
