/**
 * Runs what is pending of a benchmark, one repetition after the other, through the same supervisor as any run. After each,
 * the file on the disk says what is done: stopped, crashed or switched off, it goes on with the first that is pending. A
 * repetition that fails stays listed as failed; it is not tried again in silence.
 */
import { rm } from 'node:fs/promises'
import { LabError, toLabErrorInfo } from '../../shared/contract/errors.ts'
import type { Arm, Benchmark, Conditions, Repetition } from '../../shared/domain/benchmark.ts'
import { inferenceMs } from '../../shared/benchmark/predicted-duration.ts'
import { doneCount } from '../../shared/domain/benchmark.ts'
import type { RunRecord } from '../../shared/domain/run.ts'
import type { RunHandle } from '../supervisor/run-handle.ts'
import type { RunStore } from '../supervisor/run-store.ts'
import type { RunSupervisor } from '../supervisor/supervisor.ts'
import { measureAllReduce, sweptRing } from './all-reduce.ts'
import { dropWeights, runDirectoryOf, writeBenchmark } from './files.ts'
import { startEnergyMeter } from './energy/meter.ts'
import { busyShare, calibrationMs } from './machine-state.ts'
import { measuredSpan, measurementOf } from './measure.ts'
import { measurePeakFlops } from './peak.ts'
import { isServedLater, measureServed } from './served-model.ts'

export interface BenchmarkProgress {
  benchmark: Benchmark
  done: number
  total: number
  /** Of the repetition that is going on. */
  step: number
  totalSteps: number
  /** Null until one repetition has ended. */
  etaMs: number | null
  /** In words. */
  activity: string
}

export interface RunBenchmarkOptions {
  directory: string
  benchmark: Benchmark
  /** Of the pretrained model that the arms begin with, if it is one of the hub. */
  modelDirectory?: string
  supervisor: RunSupervisor
  store: RunStore
  onProgress: (progress: BenchmarkProgress) => void
  /** Pauses: the repetition that is going on is given up and stays pending. */
  signal: AbortSignal
}

const progressEveryMs = 500

/** Returns the benchmark as it is when all is done or it was paused. Throws RUN_ALREADY_ACTIVE, DISK_FULL, OUTPUT_NOT_WRITABLE. */
export async function runBenchmark(options: RunBenchmarkOptions): Promise<Benchmark> {
  const { directory, signal } = options
  let { benchmark } = options
  const keep = async (change: Partial<Benchmark>): Promise<void> => {
    benchmark = { ...benchmark, ...change }
    await writeBenchmark(directory, benchmark)
  }
  if (benchmark.peakFlops === null) await keep({ peakFlops: await measurePeakFlops(benchmark.hardware.cpuCores) })
  const durationsMs: number[] = []
  for (const [index, pending] of benchmark.repetitions.entries()) {
    if (pending.state !== 'pending') continue
    if (signal.aborted) return benchmark
    const began = performance.now()
    const arm = benchmark.plan.arms.find(({ id }) => id === pending.arm)!
    const outcome = await repeat(arm, pending, { ...options, benchmark, durationsMs })
    if (outcome === null) return benchmark
    durationsMs.push(performance.now() - began)
    await keep({ repetitions: benchmark.repetitions.with(index, outcome.repetition), data: benchmark.data ?? outcome.data })
  }
  const allReduce = benchmark.allReduce ?? (await sweep({ ...options, benchmark }))
  if (signal.aborted) return benchmark
  const inference = await measureServed({ ...options, benchmark })
  if (signal.aborted) return benchmark
  await keep({ allReduce, inference, endedAt: new Date().toISOString() })
  return benchmark
}

/** Null where there is no ring to measure, or the measurement failed: then the report says that it is not measured. */
async function sweep({ benchmark, onProgress, signal, store }: RunBenchmarkOptions): Promise<Benchmark['allReduce']> {
  const worldSize = sweptRing(benchmark.plan)
  if (worldSize === null || signal.aborted) return null
  const total = benchmark.repetitions.length
  const activity = `measuring all-reduces among ${worldSize} ranks`
  onProgress({ benchmark, done: total, total, step: 0, totalSteps: 1, etaMs: null, activity })
  try {
    return await measureAllReduce(worldSize, store.cacheDirectory, signal)
  } catch (error) {
    if (error instanceof LabError || signal.aborted) return null
    throw error
  }
}

interface Outcome {
  repetition: Repetition
  data: Benchmark['data']
}

/** Null where it was given up. */
async function repeat(
  arm: Arm,
  pending: Repetition,
  options: RunBenchmarkOptions & { durationsMs: readonly number[] },
): Promise<Outcome | null> {
  const { benchmark, directory, signal, store, supervisor } = options
  const runDirectory = runDirectoryOf(directory, pending)
  // What a crash left of it.
  await rm(runDirectory, { recursive: true, force: true })
  const busy = await busyShare()
  const calibratedMs = calibrationMs()
  const handle = await supervisor.startRun({
    store,
    config: { ...arm.config, seed: pending.seed, name: `${benchmark.plan.name} ${arm.label}`.slice(0, 120) },
    hardware: benchmark.hardware,
    command: benchmark.command,
    runDirectory,
    timesForward: true,
    ...(options.modelDirectory === undefined ? {} : { modelDirectory: options.modelDirectory }),
  })
  const beganMs = performance.now() - handle.detail().progress.elapsedMs
  const meter = await startEnergyMeter()
  const record = await follow(handle, arm, pending, options)
  const energy = await meter.stop(measuredSpan(handle.detail(), benchmark.plan, beganMs))
  if (record === null || signal.aborted) {
    await rm(runDirectory, { recursive: true, force: true })
    return null
  }
  const conditions: Conditions = {
    busyShare: busy,
    calibrationMs: [calibratedMs, calibrationMs()],
    ...energy,
  }
  const measured = record.state === 'done' ? measurementOf(handle.detail(), benchmark.plan) : null
  if (measured === null || !isServedLater(benchmark, pending)) await dropWeights(runDirectory)
  const error = record.error ?? (measured === null ? tooFewSteps(record, handle.detail().steps.length) : null)
  return {
    repetition: {
      ...pending,
      state: measured === null ? 'failed' : 'done',
      startedAt: record.createdAt,
      error,
      firstWeightsDigest: record.firstWeightsDigest,
      lastWeightsDigest: record.lastWeightsDigest,
      threadsPerRank: record.threadsPerRank,
      conditions,
      measured,
    },
    data: dataOf(record),
  }
}

async function follow(
  handle: RunHandle,
  { label, config }: Arm,
  { repetition }: Repetition,
  { benchmark, durationsMs, onProgress, signal }: RunBenchmarkOptions & { durationsMs: readonly number[] },
): Promise<RunRecord | null> {
  const stop = (): void => void handle.kill()
  signal.addEventListener('abort', stop)
  const beganMs = performance.now()
  const done = doneCount(benchmark)
  const total = benchmark.repetitions.length
  const tell = (): void => {
    const { progress } = handle.detail()
    const usualMs = durationsMs.length === 0 ? null : durationsMs.reduce((sum, ms) => sum + ms, 0) / durationsMs.length
    onProgress({
      benchmark,
      done,
      total,
      step: progress.step,
      totalSteps: config.maxSteps ?? benchmark.plan.warmupSteps + benchmark.plan.measuredSteps,
      etaMs: usualMs === null ? null : Math.max(0, (total - done) * usualMs - (performance.now() - beganMs)) + inferenceMs(benchmark.plan),
      activity: `repetition ${repetition} of ${benchmark.plan.repetitions}, ${label}: ${progress.activity}`,
    })
  }
  const timer = setInterval(tell, progressEveryMs)
  try {
    tell()
    return await handle.finished
  } finally {
    clearInterval(timer)
    signal.removeEventListener('abort', stop)
  }
}

const dataOf = ({ dataset, tokenizerDigest, modelConfig, parameterCount }: RunRecord): Benchmark['data'] =>
  dataset !== null && tokenizerDigest !== null && modelConfig !== null && parameterCount !== null
    ? { dataset, tokenizerDigest, modelConfig, parameterCount }
    : null

const tooFewSteps = ({ state, totalSteps }: RunRecord, stepCount: number) =>
  toLabErrorInfo(
    new LabError({
      code: 'BENCHMARK_TOO_SHORT',
      title: 'The repetition has too few steps',
      cause: `It ended as ${state} after ${stepCount} of ${totalSteps ?? 0} steps.`,
      suggestion: 'Choose a smaller batch or more data, or a target that takes longer than the warm-up.',
    }),
  )
