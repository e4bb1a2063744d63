/**
 * A run that PyTorch made elsewhere as one more arm of a benchmark. Its steps after the warm-up are cut into windows of the
 * plan's length, one for each repetition; every figure of it is marked as imported. Pure.
 */
import { LabError } from '../../shared/contract/errors.ts'
import type { Arm, Benchmark, Repetition } from '../../shared/domain/benchmark.ts'
import type { RunDetail } from '../../shared/domain/run.ts'
import { measurementOf } from './measure.ts'

const mostArms = 16

/** Throws IMPORT_INVALID for a run that was not imported or is there already, BENCHMARK_TOO_SHORT where its steps are too few. */
export function withImportedArm(benchmark: Benchmark, { record, steps, epochs }: RunDetail): Benchmark {
  const { plan, data } = benchmark
  const id = `imported-${record.id}`.slice(0, 64)
  if (record.imported === null) throw refused('It was trained by this lab.', 'Choose a run that was imported.')
  if (data !== null && (record.parameterCount !== data.parameterCount || record.dataset?.digest !== data.dataset.digest))
    throw refused('It trained another model, or other data.', 'Choose a run of the same model and data.')
  if (plan.arms.some((arm) => arm.id === id)) throw refused('It is an arm of this benchmark already.', 'Choose another run.')
  if (plan.arms.length >= mostArms) throw refused(`A benchmark has ${mostArms} arms at most.`, 'Start another benchmark.')
  const needed = plan.warmupSteps + plan.repetitions * plan.measuredSteps
  if (steps.length < needed) {
    throw new LabError({
      code: 'BENCHMARK_TOO_SHORT',
      title: 'The imported run has too few steps',
      cause: `It has ${steps.length}; ${plan.warmupSteps} of warm-up and ${plan.repetitions} times ${plan.measuredSteps} are needed: ${needed}.`,
      suggestion: 'Train it for more steps, or add it to a benchmark in the quick form.',
    })
  }
  const { program, torch, backend, worldSize, nodes } = record.imported
  // What train_ddp.py does, whatever the run it was made from did.
  const config = { ...record.config, worldSize, padding: 'longest' as const }
  const label = `${worldSize} ${worldSize === 1 ? 'rank' : 'ranks'} × ${config.microBatch}, imported: PyTorch ${torch}, ${backend}${nodes > 1 ? `, ${nodes} nodes` : ''}`
  const windows = Array.from({ length: plan.repetitions }, (_, index): Repetition => {
    const from = index * plan.measuredSteps
    const isLast = index === plan.repetitions - 1
    const measured = measurementOf(
      // Only the run's end was validated: counted once, not once a window.
      { steps: steps.slice(from), epochs: isLast ? epochs : [], ranks: [] },
      plan,
    )!
    // The first window's warm-up is the run's; the others begin in the middle of it.
    const warmupMs = index === 0 ? measured.warmupMs : []
    // A window is no training from the beginning: it says nothing of the time to an accuracy.
    const targetChecks: [] = []
    return {
      arm: id,
      repetition: index + 1,
      seed: config.seed,
      state: 'done',
      startedAt: record.createdAt,
      error: null,
      firstWeightsDigest: record.firstWeightsDigest,
      lastWeightsDigest: null,
      threadsPerRank: record.threadsPerRank,
      conditions: null,
      measured: { ...measured, warmupMs, targetChecks, provenance: 'imported' },
    }
  })
  const { hardware, command } = record
  const arm: Arm = {
    id,
    label: label.slice(0, 200),
    config: { ...config, name: record.config.name || program },
    imported: { hardware, command },
  }
  return {
    ...benchmark,
    plan: { ...plan, arms: [...plan.arms, arm] },
    repetitions: [...benchmark.repetitions, ...windows],
  }
}

const refused = (cause: string, suggestion: string): LabError =>
  new LabError({ code: 'IMPORT_INVALID', title: 'The run cannot be added to the benchmark', cause, suggestion })
