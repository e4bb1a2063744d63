/** What the backend does differently for a device, as far as it can be seen without one. */
import { describe, expect, test } from 'vitest'
import { createBackend, crossEntropySum, embed, lazy, onDevice, tf } from '../../electron/backend/index.ts'
import { LazyValue, leaf } from '../../electron/backend/graph.ts'
import { matMul, softmax } from '../../electron/backend/operators.ts'
import { makePlan } from '../../electron/backend/plan.ts'
import { BatchBuffers } from '../../electron/engine/batch-buffers.ts'
import { packedShape } from '../../electron/engine/packing.ts'
import { makeRandomBatch, miniatureConfig, relativeDistance } from './engine-fixtures.ts'

const { executor } = createBackend({ threads: 1 })
const random = (...shape: number[]): LazyValue => {
  const size = tf.util.sizeFromShape(shape)
  return leaf(
    Float32Array.from({ length: size }, (_, index) => Math.sin(index * 1.7)),
    shape,
    'float32',
  )
}

describe('operators that WebGPU lacks', () => {
  const cases = {
    'transposed, scaled product': () => matMul(random(2, 3, 4), random(2, 5, 4), { transposeB: true, alpha: 0.5 }),
    'product of a transpose': () => matMul(random(2, 4, 3), random(2, 4, 5), { transposeA: true }),
    'log softmax': () => softmax(random(3, 5), 'LogSoftmax'),
  }
  test.each(Object.entries(cases))('%s: other operators, same value', async (_, record) => {
    const value = record()
    const plan = makePlan([value], 'webgpu')
    expect(plan.nodes.map(({ operator }) => operator)).not.toContain(value.source.kind === 'node' ? value.source.node.operator : '')
    // The last node computes the value in other words, which the CPU can run, too.
    const outputs: LazyValue[] = []
    const lowered = new LazyValue(value.shape, value.type, { kind: 'node', node: { ...plan.nodes.at(-1)!, outputs }, output: 0 })
    outputs.push(lowered)
    const graphs = [value, lowered].map((wanted) => executor.capture([{ value: wanted }], 1))
    for (const graph of graphs) await graph.run()
    expect(relativeDistance(graphs[1]!.results[0] as Float32Array, graphs[0]!.results[0] as Float32Array)).toBeLessThan(1e-6)
  })

  test('plans for the CPU stay as they are recorded', () => {
    const value = matMul(random(2, 3, 4), random(2, 5, 4), { transposeB: true })
    expect(makePlan([value]).nodes.map(({ operator }) => operator)).toEqual(['FusedMatMul'])
  })
})

test('the gradient of the word table is the same without the host, for ids that repeat and for padding', async () => {
  const config = miniatureConfig({ vocabSize: 6 })
  const batches = [1, 2].map((seed) => makeRandomBatch(config, { rows: 3, length: 8, filling: 1, seed }))
  // Of one shape, so that both go through the same buffers.
  batches[1]!.attentionMask.set(batches[0]!.attentionMask)
  const shape = packedShape(batches[0]!)
  const buffers = new BatchBuffers(shape, 1, 4)
  const [words, positions, targets] = [
    [6, 4],
    [8, 4],
    [shape.flat, 4],
  ].map((dimensions) => tf.randomNormal(dimensions))
  const { layout } = buffers.tensors()
  const { grads } = tf.valueAndGrads((w: tf.Tensor, p: tf.Tensor) => crossEntropySum(embed(layout, w, p, 0), targets!))([
    words!,
    positions!,
  ])
  const table = lazy(grads[0]!)
  const graphs = [table, onDevice(table)].map((value) => executor.capture([{ value }], 1))
  for (const batch of batches) {
    buffers.fill(batch)
    for (const graph of graphs) await graph.run()
    const [onHost, gathered] = graphs.map((graph) => graph.results[0] as Float32Array)
    expect(relativeDistance(gathered!, onHost!)).toBeLessThan(1e-6)
    expect([...gathered!.subarray(0, 4)]).toEqual([0, 0, 0, 0])
  }
})
