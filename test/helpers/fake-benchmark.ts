/** An invented benchmark for tests of what shows benchmarks: seeded numbers, never shown to a person as a measurement. */
import { newBenchmark } from '../../electron/benchmark/new-benchmark.ts'
import { planOf } from '../../electron/benchmark/plan.ts'
import type { Benchmark, Measurement, Scaling } from '../../shared/domain/benchmark.ts'
import { type InferenceSweep, inferencePlans, type LoadTurn } from '../../shared/domain/inference-sweep.ts'
import { runConfigSchema } from '../../shared/domain/run-config.ts'
import { fakeRun } from './fake-run.ts'

export interface FakeBenchmarkOptions {
  scaling?: Scaling
  /** Step time of each arm, in milliseconds; default: 40 and 22. */
  stepMs?: readonly number[]
  /** Share by which repetitions differ. */
  spread?: number
}

export function fakeBenchmark({ scaling = 'strong', stepMs = [40, 22], spread = 0.02 }: FakeBenchmarkOptions = {}): Benchmark {
  const config = runConfigSchema.parse({ name: 'One against two', worldSize: stepMs.length })
  const plan = planOf({
    name: config.name,
    config,
    vary: { factor: 'ranks', values: stepMs.map((_, index) => index + 1) },
    scaling,
    form: 'quick',
  })
  const { record } = fakeRun()
  const hardware = { ...record.hardware, versions: { 'distrinews-lab': '0.1.0' } }
  const empty = newBenchmark({
    id: '20260314-092653-benchmark-ab12',
    plan,
    hardware,
    command: 'npm run benchmark -- --ranks 1,2',
    commit: 'abcdef123456',
  })
  const worldSizeOf = (arm: string): number => plan.arms.find(({ id }) => id === arm)!.config.worldSize
  const rowsOf = (arm: string) => {
    const { config: of } = plan.arms.find(({ id }) => id === arm)!
    return of.microBatch * of.worldSize
  }
  return {
    ...empty,
    endedAt: empty.createdAt,
    peakFlops: 4e11,
    data: { dataset: record.dataset!, tokenizerDigest: 'ab'.repeat(32), modelConfig: record.modelConfig!, parameterCount: 1_000_000 },
    repetitions: empty.repetitions.map((repetition) => {
      const usual = stepMs[plan.arms.findIndex(({ id }) => id === repetition.arm)]!
      const ms = usual * (1 + spread * Math.sin(repetition.repetition * 12.9))
      return {
        ...repetition,
        state: 'done',
        startedAt: empty.createdAt,
        firstWeightsDigest: repetition.seed.toString(16).padStart(4, '0').repeat(16),
        lastWeightsDigest: 'd2'.repeat(32),
        threadsPerRank: repetition.arm === 'ranks-1' ? 2 : 1,
        conditions: {
          busyShare: 0.02,
          calibrationMs: [10, 10.2],
          energyJoules: null,
          gpuJoules: null,
          energySeconds: 2,
          energyMissing: 'this system has no energy counters of the processor',
        },
        measured: measurementOf(ms, rowsOf(repetition.arm), plan.measuredSteps, worldSizeOf(repetition.arm)),
      }
    }),
  }
}

function measurementOf(ms: number, rows: number, steps: number, worldSize: number): Measurement {
  return {
    provenance: 'measured',
    stepMs: Array.from({ length: steps }, (_, step) => ms * (1 + 0.05 * Math.sin(step))),
    warmupMs: [3 * ms, ms],
    sampleCount: rows * steps,
    tokenCount: rows * steps * 20,
    paddedTokenCount: rows * steps * 24,
    phases: { dataMs: 0.02 * ms, forwardBackwardMs: 0.8 * ms, allReduceMs: 0.1 * ms, optimizerMs: 0.05 * ms, idleMs: 0.03 * ms },
    forwardMs: 0.26 * ms,
    stragglerGapMs: 0.4,
    rssBytes: 3e8,
    peakRssBytes: Array.from({ length: worldSize }, (_, rank) => 3.2e8 + 1e6 * rank),
    validation: { accuracy: 0.85, rowCount: 560 },
    meanLoss: 0.9,
    targetChecks: [],
  }
}

/** The same with a target of 80 %: seconds of training to it, for each arm and repetition; null where the limit came first. */
export function withTimes(seconds: readonly (readonly (number | null)[])[]): Benchmark {
  const benchmark = structuredClone(fakeBenchmark())
  for (const { config } of benchmark.plan.arms) Object.assign(config, { targetAccuracy: 0.8, maxSteps: 400, validationsPerEpoch: 4 })
  for (const repetition of benchmark.repetitions) {
    const own = seconds[benchmark.plan.arms.findIndex(({ id }) => id === repetition.arm)]![repetition.repetition - 1]!
    const check = { sampleCount: 6400, validateMs: 500, rowCount: 560 }
    repetition.measured!.targetChecks = [
      { ...check, step: 100, trainMs: 1000, accuracy: 0.5 },
      own === null
        ? { ...check, step: 400, trainMs: 99_000, accuracy: 0.79 }
        : { ...check, step: 200, trainMs: own * 1000, accuracy: 0.81 },
    ]
  }
  return benchmark
}

/** `benchmark` with a served model: latencies that grow with the clients. */
export function withFakeInference(benchmark: Benchmark): Benchmark {
  const turns = (ms: number, perSec: number): LoadTurn[] =>
    [1, 1.1, 0.95].map((factor) => ({
      perSec: perSec / factor,
      p50Ms: ms * factor,
      p95Ms: 2 * ms * factor,
      p99Ms: 3 * ms * factor,
      count: 500,
      errors: 0,
    }))
  const measured: InferenceSweep = {
    provenance: 'measured',
    arm: benchmark.plan.arms[0]!.id,
    checkpoint: 'step-000050',
    weightsSha256: 'ab'.repeat(32),
    threads: 2,
    textCount: 560,
    busyShare: 0.01,
    closed: inferencePlans.quick.clients.map((clients) => ({
      clients,
      turns: turns(1 + clients / 2, (1000 * clients) / (1 + clients / 2)),
    })),
    open: { share: 0.7, perSec: 900, connections: 64, turns: turns(3, 900) },
  }
  return { ...benchmark, plan: { ...benchmark.plan, inference: inferencePlans.quick }, inference: { measured, error: null } }
}
