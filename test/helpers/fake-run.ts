/**
 * An invented run for tests of what shows runs: the shapes and sizes are those of a real one, the numbers are made up
 * (seeded, the same every time). Never shown to a person as a measurement.
 */
import type { EpochMetrics, RankStep, StepMetrics } from '../../shared/domain/metrics.ts'
import { countParameters, distilbertTraits, modelPresets } from '../../shared/domain/model-config.ts'
import { globalBatch, runConfigSchema, type RunConfigInput } from '../../shared/domain/run-config.ts'
import type { RunDetail, RunRecord } from '../../shared/domain/run.ts'

export interface FakeRunOptions {
  config?: RunConfigInput
  /** Steps that were finished; all planned ones where absent. */
  completedSteps?: number
  stepsPerEpoch?: number
  record?: Partial<RunRecord>
}

const labels = ['World', 'Sports', 'Business', 'Sci/Tech']
const validationCount = 559

export function fakeRun(options: FakeRunOptions = {}): RunDetail {
  const config = runConfigSchema.parse({ name: 'Two ranks, first try', epochs: 3, ...options.config })
  const stepsPerEpoch = options.stepsPerEpoch ?? 79
  const totalSteps = stepsPerEpoch * config.epochs
  const completed = options.completedSteps ?? totalSteps
  const random = seededRandom(config.seed)
  const steps: StepMetrics[] = []
  const epochs: EpochMetrics[] = []
  let elapsedMs = 2140
  for (let step = 1; step <= completed; step++) {
    const entry = fakeStep(step, Math.floor((step - 1) / stepsPerEpoch), step / totalSteps, config, random)
    elapsedMs += Math.max(...entry.ranks.map((rank) => rank.stepMs)) + 1
    steps.push({ ...entry, elapsedMs })
    if (step % stepsPerEpoch === 0) {
      const epoch = step / stepsPerEpoch - 1
      elapsedMs += 310
      epochs.push(fakeEpoch(epoch, step, elapsedMs, steps.slice(-stepsPerEpoch)))
    }
  }
  const record = fakeRecord(config, totalSteps, steps[0]?.elapsedMs ?? null, elapsedMs, options.record)
  return {
    record,
    progress: { step: completed, totalSteps, epoch: epochs.length, elapsedMs, etaMs: null, activity: record.state },
    ranks: Array.from({ length: config.worldSize }, (_, rank) => ({
      rank,
      pid: 4100 + rank,
      device: 'CPU, 2 threads',
      state: record.state === 'failed' ? 'failed' : 'done',
      step: completed,
      samplesPerSec: steps.at(-1)?.samplesPerSec ?? null,
      rssBytes: 310_000_000 + 1_000_000 * rank,
      peakRssBytes: 330_000_000 + 1_000_000 * rank,
      forwardShare: null,
      slowdown: null,
      error: rank === 1 ? record.error : null,
      first: rank === 1 && record.error !== null,
    })),
    steps,
    epochs,
    hasModel: epochs.length > 0,
  }
}

function fakeStep(
  step: number,
  epoch: number,
  progress: number,
  config: RunRecord['config'],
  random: () => number,
): Omit<StepMetrics, 'elapsedMs'> {
  const curve = 0.16 + 1.23 * Math.exp(-6 * progress)
  const share = config.microBatch * config.gradAccumSteps
  const ranks: RankStep[] = Array.from({ length: config.worldSize }, (_, rank) => {
    const forwardBackwardMs = (step <= 3 ? 160 : 62) + 9 * random() + (random() > 0.985 ? 70 : 0)
    const phases = {
      dataMs: 0.6 + 0.3 * random(),
      forwardBackwardMs,
      allReduceMs: 5.5 + 4 * random() + 2 * rank,
      optimizerMs: 2.6 + 0.4 * random(),
    }
    const tokenCount = share * (22 + Math.floor(9 * random()))
    return {
      rank,
      localLoss: Math.max(0.02, curve * (0.8 + 0.4 * random()) + 0.08 * (random() - 0.5)),
      exampleCount: share,
      tokenCount,
      paddedTokenCount: Math.round(tokenCount * 1.09),
      stepMs: phases.dataMs + phases.forwardBackwardMs + phases.allReduceMs + phases.optimizerMs,
      phases,
    }
  })
  const slowest = Math.max(...ranks.map((rank) => rank.stepMs))
  return {
    type: 'step',
    step,
    epoch,
    globalLoss: ranks.reduce((sum, rank) => sum + rank.localLoss, 0) / ranks.length,
    gradNorm: 0.7 + 0.6 * random(),
    learningRate: config.learningRate * (1 - progress),
    exampleCount: globalBatch(config),
    samplesPerSec: (globalBatch(config) / slowest) * 1000,
    tokensPerSec: (ranks.reduce((sum, rank) => sum + rank.tokenCount, 0) / slowest) * 1000,
    ranks,
  }
}

function fakeEpoch(epoch: number, step: number, elapsedMs: number, steps: readonly StepMetrics[]): EpochMetrics {
  const mean = (of: (entry: StepMetrics) => number): number => steps.reduce((sum, entry) => sum + of(entry), 0) / steps.length
  const correct = Math.round(validationCount * (0.935 - 0.14 * Math.exp(-1.1 * epoch)))
  return {
    type: 'epoch',
    epoch,
    step,
    trainLoss: mean((entry) => entry.globalLoss),
    validationLoss: 0.27 + 0.35 * Math.exp(-1.1 * epoch),
    validationAccuracy: correct / validationCount,
    validationCount,
    samplesPerSec: mean((entry) => entry.samplesPerSec),
    tokensPerSec: mean((entry) => entry.tokensPerSec),
    trainMs: steps.reduce((sum, entry) => sum + Math.max(...entry.ranks.map((rank) => rank.stepMs)), 0),
    evaluateMs: 310,
    elapsedMs,
    checkpoint: `step-${String(step).padStart(6, '0')}`,
  }
}

function fakeRecord(
  config: RunRecord['config'],
  totalSteps: number,
  timeToFirstStepMs: number | null,
  elapsedMs: number,
  overrides: Partial<RunRecord> = {},
): RunRecord {
  const createdAt = new Date('2026-03-14T09:26:53.000Z')
  const preset = modelPresets[config.model]
  const { dropout = preset.recipe.dropout } = config
  const { dim, hiddenDim, nLayers, nHeads, vocabSize, maxPositionEmbeddings } = preset
  const sizes = { ...distilbertTraits, dim, hiddenDim, nLayers, nHeads, vocabSize, maxPositionEmbeddings }
  return {
    format: 1,
    id: '20260314-092653-tiny-ab12',
    createdAt: createdAt.toISOString(),
    endedAt: new Date(createdAt.getTime() + elapsedMs).toISOString(),
    config,
    state: 'done',
    supervisorPid: null,
    error: null,
    attempt: 1,
    command: `npm run train -- --ranks ${config.worldSize} --model ${config.model} --epochs ${config.epochs} --seed ${config.seed}`,
    hardware: {
      cpuModel: 'Example CPU @ 2.60GHz',
      cpuCores: 4,
      ramBytes: 16 * 1024 ** 3,
      os: 'Linux 6.1 x64',
      gpus: [
        {
          name: 'Example integrated graphics',
          pciAddress: null,
          cudaIndex: null,
          driver: null,
          through: [],
          usable: false,
          note: 'This version computes on the CPU only.',
        },
      ],
      backends: [{ name: 'onnxruntime (CPU)', available: true, note: 'Computes this run.' }],
      versions: { 'distrinews-lab': '0.1.0', node: '20.20.2', 'onnxruntime-node': '1.30.0', '@tensorflow/tfjs-core': '4.22.0' },
    },
    dataset: {
      id: 'starter',
      title: 'Starter headlines',
      ref: { kind: 'starter' },
      license: 'CC0-1.0',
      labels,
      classCounts: [1399, 1398, 1397, 1397],
      rowCount: 5591,
      badRowCount: 0,
      digest: '4f1d'.repeat(16),
    },
    trainCount: 5591 - validationCount,
    validationCount,
    tokenizerDigest: '9c0e'.repeat(16),
    modelConfig: { ...sizes, dropout, attentionDropout: dropout, seqClassifDropout: dropout, labels },
    firstWeightsDigest: 'c1'.repeat(32),
    lastWeightsDigest: 'd2'.repeat(32),
    trainableParameterCount: null,
    parameterCount: countParameters({ ...sizes, labelCount: labels.length }),
    threadsPerRank: 2,
    totalSteps,
    timeToFirstStepMs,
    notes: [],
    checkpoint: null,
    incidents: [],
    imported: null,
    ...overrides,
  }
}

/** Mulberry32: small, seeded, good enough for noise. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}
