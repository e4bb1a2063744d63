/**
 * The engine against PyTorch on identical weights, batch and dropout factors: loss, logits, every gradient, and the
 * losses of six AdamW steps with clipping and decay. Needs a python3 with torch, else skipped.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ModelConfig } from '../../shared/domain/model-config.ts'
import type { Batch } from '../../electron/data/types.ts'
import { createClassifier } from '../../electron/engine/classifier.ts'
import { dropoutSites, MaskPool } from '../../electron/engine/dropout.ts'
import { allocatePacking, packedShape, packTokens } from '../../electron/engine/packing.ts'
import { train } from '../../electron/engine/loop.ts'
import { AdamW } from '../../electron/engine/optimizer.ts'
import { HostStore } from '../../electron/engine/parameter-store.ts'
import type { ParameterArena } from '../../electron/engine/parameters.ts'
import { singleRankSync } from '../../electron/engine/single-rank-sync.ts'
import { bertTraits, makeArena, makeRandomBatch, miniatureConfig, relativeDistance } from '../unit/engine-fixtures.ts'

const python = '/usr/bin/python3'
const hasTorch = spawnSync(python, ['-c', 'import torch']).status === 0
const steps = 6
const learningRate = 1e-3
const weightDecay = 0.01
const maxGradNorm = 1
const counter = { seed: 11, rank: 0, step: 1, microStep: 0 }

const resultSchema = z.object({ loss: z.number(), logits: z.array(z.number()), losses: z.array(z.number()), torch: z.string() })

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'engine-torch-'))
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

const config = miniatureConfig({ dim: 32, hiddenDim: 96, nHeads: 4, vocabSize: 200, maxPositionEmbeddings: 24, nLayers: 3 })
const dropping = { dropout: 0.1, attentionDropout: 0.2, seqClassifDropout: 0.3 }
const cases = [
  { title: 'without dropout', config },
  { title: 'with the same dropout factors', config: { ...config, ...dropping } },
  { title: 'BERT, without dropout', config: { ...config, ...bertTraits } },
  { title: 'BERT, with the same dropout factors', config: { ...config, ...bertTraits, ...dropping } },
  // Large enough to be felt.
  { title: 'BERT, with another epsilon of LayerNorm', config: { ...config, ...bertTraits, layerNormEpsilon: 1e-2 } },
]

describe.for(cases)('$title', ({ config }) => {
  test('loss, logits, gradients and six AdamW steps equal those of PyTorch', async (context) => {
    context.skip(!hasTorch, `no torch for ${python} here`)
    const arena = makeArena(config, { gain: 3 })
    const classifier = createClassifier({ config, arena, threads: 1 })
    const batch = makeRandomBatch(config, { rows: 6, length: 16, filling: 1 })
    const referee = askReferee(config, arena, batch)

    const dropout = config.dropout > 0 ? counter : null
    const { lossSum } = await classifier.gradients(batch, dropout)
    expect(Math.abs(lossSum / referee.loss - 1)).toBeLessThan(1e-5)
    if (!dropout) expect(relativeDistance(await classifier.logits(batch), referee.logits)).toBeLessThan(1e-5)

    let offset = 0
    for (const { name, size } of arena.specs) {
      const expected = referee.gradients.subarray(offset, offset + size)
      offset += size
      // Softmax does not feel a shift of all keys: PyTorch's gradient is rounding noise, ours is zero.
      if (/(k_lin|key)\.bias$/.test(name)) expect(Math.hypot(...expected)).toBeLessThan(1e-5)
      else expect(relativeDistance(arena.gradient(name), expected), name).toBeLessThan(1e-5)
    }

    if (dropout) return
    const losses: number[] = []
    const options = { seed: 1, learningRate, warmupFraction: 0, maxGradNorm }
    const run = train({
      classifier,
      store: new HostStore(arena),
      optimizer: new AdamW(arena, { weightDecay }),
      sync: singleRankSync,
      config: options,
      steps: Array.from({ length: steps }, () => ({ epoch: 0, microBatches: [batch] })),
      startStep: 0,
      // So many that the learning rate stays what it is.
      totalSteps: 1e12,
      rank: 0,
      shouldStop: () => false,
    })
    for await (const { globalLoss } of run) losses.push(globalLoss)
    for (const [step, loss] of losses.entries()) expect(Math.abs(loss - referee.losses[step]!), `step ${step + 1}`).toBeLessThan(1e-5)
    classifier.dispose()
  })
})

function askReferee(config: ModelConfig, arena: ParameterArena, batch: Batch): z.infer<typeof resultSchema> & { gradients: Float32Array } {
  const write = (name: string, data: Float32Array | Int32Array): void => {
    writeFileSync(join(directory, name), new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }
  const parameters = arena.specs.map(({ name, shape }) => ({ name, shape }))
  write('parameters.bin', Float32Array.from(arena.names.flatMap((name) => [...arena.parameter(name)])))
  write('ids.bin', batch.ids)
  write('mask.bin', batch.attentionMask)
  write('labels.bin', batch.labels)
  write('weights.bin', batch.weights)
  const packed = packedShape(batch)
  const packing = allocatePacking(packed)
  packTokens(batch, packed, packing)
  const pool = new MaskPool()
  const masks = pool.allocate(dropoutSites(config, packed))
  pool.fill(masks, counter)
  const dropout = masks.map(({ name, shape, factors }) => {
    const file = `dropout.${name}.bin`
    // The engine drops in packed tokens, the referee in the whole grid.
    const isPacked = shape.length === 2 && shape[0] === packed.flat
    const dim = shape.at(-1)!
    write(
      file,
      isPacked ? Float32Array.from([...packing.flatOf].flatMap((flat) => [...factors.subarray(flat * dim, (flat + 1) * dim)])) : factors,
    )
    return { name, shape: isPacked ? [batch.rows * batch.length, dim] : shape, file }
  })
  const { rows, length } = batch
  const job = { config, parameters, rows, length, dropout, steps, learningRate, weightDecay, maxGradNorm }
  writeFileSync(join(directory, 'job.json'), JSON.stringify(job))

  const script = join(import.meta.dirname, 'engine_torch_reference.py')
  const { status, stderr } = spawnSync(python, [script, directory], {
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1', GOMP_SPINCOUNT: '0' },
  })
  if (status !== 0) throw new Error(`The referee failed:\n${stderr}`)
  const result = resultSchema.parse(JSON.parse(readFileSync(join(directory, 'result.json'), 'utf8')))
  return { ...result, gradients: new Float32Array(readFileSync(join(directory, 'gradients.bin')).buffer) }
}
