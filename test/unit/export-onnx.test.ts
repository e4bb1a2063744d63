/** An exported graph computes what the engine computes: in float32 exactly, in float16 and int8 nearly. On real sessions. */
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { createClassifier } from '../../electron/engine/classifier.ts'
import type { ParameterArena } from '../../electron/engine/parameters.ts'
import type { Batch } from '../../electron/data/types.ts'
import { toHalf, toHalfNumbers } from '../../electron/export/half.ts'
import { encodeGraph, initializerBytes, type Graph } from '../../electron/onnx/graph.ts'
import { quantize } from '../../electron/export/quantize.ts'
import { recordModel } from '../../electron/onnx/record-model.ts'
import { MaskLayout } from '../../electron/onnx/mask-layout.ts'
import { recordedSizes, sizeRules, type RecordedSize } from '../../electron/onnx/sizes.ts'
import { makeArena, makeRandomBatch, miniatureConfig, relativeDistance } from './engine-fixtures.ts'

const shapes = [
  { rows: 1, length: 2 },
  { rows: 1, length: 12 },
  { rows: 3, length: 8 },
  { rows: 5, length: 3 },
  { rows: 4, length: 7 },
]

async function run(session: InferenceSession, { rows, length, ids, attentionMask }: Batch): Promise<Float32Array> {
  const tensor = (data: ArrayLike<number>): Tensor => new Tensor('int64', BigInt64Array.from(Array.from(data), BigInt), [rows, length])
  const { logits } = await session.run({ input_ids: tensor(ids), attention_mask: tensor(attentionMask) })
  expect(logits!.dims).toEqual([rows, 4])
  return logits!.data as Float32Array
}

const record = (arena: ParameterArena): Graph => recordModel(arena.config, (name) => arena.parameter(name), MaskLayout)
const open = (graph: Graph): Promise<InferenceSession> => InferenceSession.create(encodeGraph(graph, 4), { logSeverityLevel: 3 })

describe.for([1, 2, 3])('a model of %i layers', (nLayers) => {
  const config = miniatureConfig({ nLayers, dim: 32, nHeads: 4, hiddenDim: 48 })
  const arena = makeArena(config, { gain: 3 })

  it('gives the logits of the engine, whatever the shape of the batch, padding included', async () => {
    const classifier = createClassifier({ config, arena, threads: 1 })
    const session = await open(record(arena))
    expect(session.inputNames).toEqual(['input_ids', 'attention_mask'])
    expect(session.outputNames).toEqual(['logits'])
    for (const [seed, shape] of shapes.entries()) {
      const batch = makeRandomBatch(config, { ...shape, seed })
      const [ours, exported] = [await classifier.logits(batch), await run(session, batch)]
      for (const [index, value] of ours.entries())
        expect(Math.abs(value - exported[index]!), `${shape.rows}×${shape.length}`).toBeLessThan(1e-4)
    }
    classifier.dispose()
  })

  it('stays near in float16 and in int8, and is smaller', async () => {
    const graph = record(arena)
    const exact = await open(graph)
    for (const [changed, tolerance, share] of [
      [toHalf(graph), 0.01, 0.55],
      [quantize(graph), 0.15, 0.45],
    ] as const) {
      expect(initializerBytes(changed)).toBeLessThan(share * initializerBytes(graph))
      const session = await open(changed)
      for (const [seed, shape] of shapes.entries()) {
        const batch = makeRandomBatch(config, { ...shape, seed })
        expect(relativeDistance(await run(session, batch), await run(exact, batch))).toBeLessThan(tolerance)
      }
    }
  })
})

it('uses operators of the standard only, and rounds every product with a weight', () => {
  const graph = record(makeArena(miniatureConfig()))
  const weighted = ({ nodes, initializers }: Graph): number =>
    nodes.filter(({ opType, input }) => /^(Gemm|MatMul)$/.test(opType!) && initializers.has(input![1]!)).length
  // A layer of six products with weights, a last layer of six, two of the head.
  expect(weighted(graph)).toBe(14)
  expect(weighted(quantize(graph))).toBe(0)
  for (const changed of [graph, toHalf(graph), quantize(graph)]) expect(changed.nodes.every(({ domain }) => !domain)).toBe(true)
})

it('finds how a size follows from rows, length and tokens, and refuses to guess', () => {
  const vectors = (of: (size: RecordedSize) => number[]): number[][] => recordedSizes.map(of)
  expect(sizeRules(vectors(({ rows, length, flat }) => [rows, length, 4 * rows * length, flat * 3, 9]))).toEqual([
    { factor: 1, by: ['rows'] },
    { factor: 1, by: ['length'] },
    { factor: 4, by: ['rows', 'length'] },
    { factor: 3, by: ['flat'] },
    { factor: 9, by: [] },
  ])
  expect(() => sizeRules(vectors(({ rows }) => [rows + 3]))).toThrow('does not follow')
})

it('rounds to float16 as IEEE 754 does', () => {
  const halves = toHalfNumbers(
    Float32Array.of(0, -0, 1, -2, 65504, 1e9, 2 ** -24, 2 ** -25, 1 + 1 / 2048, 1 + 3 / 2048, 0.1, 2 ** -14 - 2 ** -26),
  )
  expect([...halves].map((half) => half.toString(16))).toEqual([
    '0',
    '8000',
    '3c00',
    'c000',
    '7bff',
    '7bff',
    '1',
    '0',
    '3c00',
    '3c02',
    '2e66',
    '400',
  ])
})
