/**
 * Which of the models that a benchmark trained is served at its end, and the measurement of it as a part of the benchmark:
 * that of the baseline's first repetition that ended well. Its weights are kept until then; a pause keeps them, too.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LabError, toLabErrorInfo } from '../../shared/contract/errors.ts'
import type { Benchmark, Repetition } from '../../shared/domain/benchmark.ts'
import { dropWeights, runDirectoryOf } from './files.ts'
import { measureInference } from './inference.ts'
import type { RunBenchmarkOptions } from './run-benchmark.ts'

const servedRepetition = ({ plan, repetitions }: Benchmark): Repetition | undefined =>
  repetitions.find(({ arm, state }) => arm === plan.arms[0]!.id && state === 'done')

/** Whether the weights of `repetition`, which has just ended well, are still needed. */
export const isServedLater = (benchmark: Benchmark, { arm }: Repetition): boolean =>
  benchmark.plan.inference !== null && arm === benchmark.plan.arms[0]!.id && servedRepetition(benchmark) === undefined

/** Null where it was not asked for or was given up; a failure is an outcome. */
export async function measureServed({ benchmark, directory, onProgress, signal }: RunBenchmarkOptions): Promise<Benchmark['inference']> {
  const { plan, inference } = benchmark
  if (plan.inference === null || inference !== null || signal.aborted) return inference
  const served = servedRepetition(benchmark)
  if (served === undefined) return { measured: null, error: toLabErrorInfo(noModel('No repetition of the baseline ended well.')) }
  const runDirectory = runDirectoryOf(directory, served)
  const modelDirectory = join(runDirectory, 'model')
  if (!existsSync(modelDirectory)) return { measured: null, error: toLabErrorInfo(noModel(`${modelDirectory} is not there.`)) }
  const total = benchmark.repetitions.length
  const { turnMs } = plan.inference
  try {
    const measured = await measureInference({
      arm: plan.arms[0]!,
      modelDirectory,
      plan: plan.inference,
      onProgress: (step, totalSteps, activity) =>
        onProgress({ benchmark, done: total, total, step, totalSteps, etaMs: (totalSteps - step) * turnMs, activity }),
      signal,
    })
    await dropWeights(runDirectory)
    return { measured, error: null }
  } catch (error) {
    if (signal.aborted) return null
    await dropWeights(runDirectory)
    return { measured: null, error: toLabErrorInfo(error) }
  }
}

const noModel = (cause: string): LabError =>
  new LabError({
    code: 'MODEL_NOT_FOUND',
    title: 'There is no model to serve',
    cause,
    suggestion: 'See why its repetitions failed, and start the benchmark again.',
  })
