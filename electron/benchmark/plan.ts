/** From what is asked (ranks, scaling, form) to arms, and to the order in which their repetitions run. Pure. */
import { LabError } from '../../shared/contract/errors.ts'
import { type Arm, type BenchmarkForm, benchmarkForms, type Plan, type Repetition, type Scaling } from '../../shared/domain/benchmark.ts'
import { globalBatch, maxWorldSize, type RunConfig } from '../../shared/domain/run-config.ts'

export interface Asked {
  name: string
  /** Everything that the arms share. */
  config: RunConfig
  /** World sizes, the baseline's first. */
  ranks: readonly number[]
  scaling: Scaling
  form: BenchmarkForm
}

/** Throws CONFIG_INVALID where ranks are none, twice, too many, or cannot share the rows of a step evenly. */
export function planOf({ name, config, ranks, scaling, form }: Asked): Plan {
  const problem =
    ranks.length === 0
      ? 'No number of ranks was given.'
      : new Set(ranks).size < ranks.length
        ? `${ranks.join(', ')} names a number of ranks twice.`
        : ranks.some((size) => !Number.isInteger(size) || size < 1 || size > maxWorldSize)
          ? `Ranks are whole numbers from 1 to ${maxWorldSize}, not ${ranks.join(', ')}.`
          : null
  if (problem !== null) throw invalid(problem, 'Give the ranks to compare, for example 1,2.')
  const { repetitions, warmupSteps, measuredSteps } = benchmarkForms[form]
  const arms = ranks.map((worldSize) => armOf(config, worldSize, scaling, warmupSteps + measuredSteps))
  return { name, form, scaling, repetitions, warmupSteps, measuredSteps, arms }
}

function armOf(config: RunConfig, worldSize: number, scaling: Scaling, steps: number): Arm {
  const rowsPerStep = config.microBatch * config.worldSize
  const microBatch = scaling === 'weak' ? config.microBatch : rowsPerStep / worldSize
  if (!Number.isInteger(microBatch)) {
    throw invalid(
      `${rowsPerStep} rows of a step cannot be shared evenly by ${worldSize} ranks.`,
      'Choose a micro-batch that all numbers of ranks divide, or weak scaling.',
    )
  }
  const label = `${worldSize} ${worldSize === 1 ? 'rank' : 'ranks'} × ${microBatch}${config.gradAccumSteps === 1 ? '' : ` × ${config.gradAccumSteps} micro-steps`}`
  return {
    id: `ranks-${worldSize}`,
    label,
    // As many epochs as it takes; nothing that would interrupt the steps.
    config: {
      ...config,
      worldSize,
      microBatch,
      maxSteps: steps,
      epochs: 1000,
      maxRestarts: 0,
      checkpointEverySteps: undefined,
      earlyStopPatience: undefined,
    },
  }
}

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
      conditions: null,
      measured: null,
    }))
  }).flat()
}

/** Rows of a step over all ranks. */
export const rowsPerStep = ({ config }: Arm): number => globalBatch(config)

const invalid = (cause: string, suggestion: string): LabError =>
  new LabError({ code: 'CONFIG_INVALID', title: 'That cannot be compared', cause, suggestion })
