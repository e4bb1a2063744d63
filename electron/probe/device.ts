/**
 * Whether a device trains: one step of a miniature model on it, compared with the same step on the CPU. The real graphs
 * run, so a device that passes has every operator that training needs.
 */
import { createBackend, loadTensorFlow } from '../backend/index.ts'
import type { Batch } from '../data/types.ts'
import { createClassifier } from '../engine/classifier.ts'
import { initializeParameters, ParameterArena } from '../engine/parameters.ts'
import { placeTraining } from '../engine/placement.ts'
import { singleRankSync } from '../engine/single-rank-sync.ts'
import type { Device } from '../../shared/domain/device.ts'
import { distilbertTraits, type ModelConfig } from '../../shared/domain/model-config.ts'
import { isSoftwareDriver } from './drivers.ts'
import type { ProbeResult, ProbeSubject } from './protocol.ts'

const miniature: ModelConfig = {
  ...distilbertTraits,
  dim: 16,
  hiddenDim: 32,
  nLayers: 2,
  nHeads: 2,
  vocabSize: 32,
  maxPositionEmbeddings: 8,
  dropout: 0,
  attentionDropout: 0,
  seqClassifDropout: 0,
  labels: ['a', 'b', 'c'],
}

const batch: Batch = {
  rows: 2,
  length: 8,
  ids: Int32Array.of(2, 5, 9, 5, 3, 0, 0, 0, 2, 7, 11, 13, 9, 5, 30, 3),
  attentionMask: Float32Array.of(1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1),
  labels: Int32Array.of(0, 2),
  weights: Float32Array.of(1, 1),
  exampleCount: 2,
  tokenCount: 13,
}

/** Far above what rounding does to one step, far below what a wrong operator does. */
const tolerance = 1e-2

export async function probeDevice(device: ProbeSubject): Promise<ProbeResult> {
  const library = device === 'tensorflow' ? loadTensorFlow() : null
  const [expected, actual] = [await stepOn('cpu'), await stepOn(device)]
  const difference = Math.hypot(...expected.map((value, index) => value - actual[index]!)) / Math.hypot(...expected)
  const works = difference < tolerance
  const error = works ? null : `Its first training step differs from the CPU's by ${(difference * 100).toPrecision(2)} %.`
  const onGpu = library ? library.onGpu : !isSoftwareDriver(loadedLibraries())
  return { works, onGpu: works && onGpu, version: library?.version ?? null, error }
}

/** How one update changes the parameters. */
async function stepOn(device: Device): Promise<Float32Array> {
  const arena = new ParameterArena(miniature)
  initializeParameters(arena, 1)
  const before = arena.parameters.slice()
  const { store, optimizer, ...placed } = await placeTraining({
    arena,
    device,
    optimizer: { weightDecay: 0.01 },
    sync: singleRankSync,
    isAlone: true,
  })
  const sums = await createClassifier({ config: miniature, arena, store, threads: 1 }).gradients(batch, null)
  await placed.sync.reduce(arena.gradients, sums, 1)
  await optimizer.gradNorm()
  await optimizer.update({ learningRate: 0.01 })
  await store.toHost()
  store.dispose()
  await createBackend({ threads: 1 }).executor.sessions.clear()
  return arena.parameters.map((value, index) => value - before[index]!)
}

function loadedLibraries(): string[] {
  const { sharedObjects } = process.report.getReport() as { sharedObjects?: string[] }
  return sharedObjects ?? []
}
