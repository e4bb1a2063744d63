/**
 * Runs the engine on WebGPU beside the engine on the CPU and prints how they compare, as one line of JSON. A process of
 * its own, because the driver is chosen by environment variables.
 */
import { createBackend, leaf, record, Resident } from '../../electron/backend/index.ts'
import { createClassifier } from '../../electron/engine/classifier.ts'
import { DeviceStore } from '../../electron/engine/device-store.ts'
import { train, type TrainStep } from '../../electron/engine/loop.ts'
import { ParameterArena } from '../../electron/engine/parameters.ts'
import { placeTraining } from '../../electron/engine/placement.ts'
import { singleRankSync } from '../../electron/engine/single-rank-sync.ts'
import type { Device } from '../../shared/domain/device.ts'
import type { ModelConfig } from '../../shared/domain/model-config.ts'
import { bertTraits, makeArena, makeRandomBatch, miniatureConfig, relativeDistance } from './small-models.ts'

const config = miniatureConfig({ dropout: 0.1, attentionDropout: 0.2, seqClassifDropout: 0.1 })
const bert = { ...config, ...bertTraits }
// Two shapes, filling rows, repeated ids.
const batches = [makeRandomBatch(config, { rows: 4, length: 8, filling: 1 }), makeRandomBatch(config, { rows: 4, length: 12, seed: 5 })]
const counter = { seed: 1, rank: 0, step: 1, microStep: 0 }
const stepCount = 8

async function compareGradients(config: ModelConfig) {
  const [host, device] = [makeArena(config), makeArena(config)]
  const store = await DeviceStore.filledFrom(device)
  const onHost = createClassifier({ config, arena: host, threads: 1 })
  const onDevice = createClassifier({ config, arena: device, store, threads: 1 })
  const comparisons = []
  for (const batch of batches) {
    const [expected, actual] = [await onHost.gradients(batch, counter), await onDevice.gradients(batch, counter)]
    await store.downloadGradients()
    const gradients = host.names.map((name) =>
      /(k_lin|key)\.bias$/.test(name) ? Math.hypot(...device.gradient(name)) : relativeDistance(device.gradient(name), host.gradient(name)),
    )
    const logits = relativeDistance(await onDevice.logits(batch), await onHost.logits(batch))
    comparisons.push({ loss: Math.abs(actual.lossSum / expected.lossSum - 1), gradient: Math.max(...gradients), logits })
  }
  store.dispose()
  return comparisons
}

interface Trained {
  arena: ParameterArena
  losses: number[]
  /** Residents alive after each step. */
  alive: number[]
}

interface FineTuning {
  config: ModelConfig
  frozenDepths: number
  layerwiseLrDecay: number
}
const everything: FineTuning = { config, frozenDepths: 0, layerwiseLrDecay: 1 }

function makeArenaOf({ config, frozenDepths }: Pick<FineTuning, 'config' | 'frozenDepths'>): ParameterArena {
  const arena = new ParameterArena(config, frozenDepths)
  arena.parameters.set(makeArena(config, { gain: 2 }).parameters)
  return arena
}

/** Two micro-steps a step, and once an empty one, with clipping and weight decay. */
async function trainOn(device: Device, isAlone: boolean, { config, frozenDepths, layerwiseLrDecay }: FineTuning): Promise<Trained> {
  const arena = makeArenaOf({ config, frozenDepths })
  const optimizer = { weightDecay: 0.1, layerwiseLrDecay }
  const { store, ...parts } = await placeTraining({ arena, device, optimizer, sync: singleRankSync, isAlone })
  const empty = { ...batches[1]!, exampleCount: 0, tokenCount: 0 }
  const steps: TrainStep[] = Array.from({ length: stepCount }, (_, index) => ({
    epoch: 0,
    microBatches: [batches[0]!, index === 2 ? empty : batches[1]!, batches[index % 2]!],
  }))
  const losses: number[] = []
  const alive: number[] = []
  for await (const { globalLoss } of train({
    ...parts,
    store,
    classifier: createClassifier({ config, arena, store, threads: 1 }),
    config: { seed: 1, learningRate: 0.01, warmupFraction: 0.2, maxGradNorm: 0.5 },
    steps,
    startStep: 0,
    totalSteps: stepCount,
    rank: 0,
    shouldStop: () => false,
  })) {
    losses.push(globalLoss)
    alive.push(Resident.createdCount - Resident.disposedCount)
  }
  await store.toHost()
  store.dispose()
  return { arena, losses, alive }
}

async function compareTraining(how: FineTuning) {
  const host = await trainOn('cpu', true, how)
  const sides = { alone: await trainOn('webgpu', true, how), throughHost: await trainOn('webgpu', false, how) }
  const frozen = (arena: ParameterArena): Float32Array => arena.parameters.slice(0, arena.trainableStart)
  return Object.entries(sides).map(([sync, { arena, losses, alive }]) => ({
    sync,
    alive,
    losses: relativeDistance(losses, host.losses),
    parameters: relativeDistance(arena.parameters, host.arena.parameters),
    secondMoments: relativeDistance(arena.secondMoments, host.arena.secondMoments),
    frozenStays: Buffer.from(frozen(arena).buffer).equals(Buffer.from(frozen(makeArenaOf(how)).buffer)),
  }))
}

/** What happens to an operator that the device has no kernel for. */
async function runForeignOperator(): Promise<string> {
  const graph = createBackend({ threads: 1 }).executor.capture(
    [{ value: record('IsNaN', [leaf(Float32Array.of(1), [1], 'float32')], {}, [1], 'bool') }],
    1,
    'webgpu',
  )
  return graph.run().then(
    () => 'ran',
    (error: unknown) => String(error),
  )
}

const result = {
  gradients: [...(await compareGradients(config)), ...(await compareGradients(bert))],
  training: await compareTraining(everything),
  fineTuning: await compareTraining({ config: bert, frozenDepths: 2, layerwiseLrDecay: 0.7 }),
  aliveAtEnd: Resident.createdCount - Resident.disposedCount,
  foreign: await runForeignOperator(),
}
process.stdout.write(`${JSON.stringify(result)}\n`)
process.exit(0)
