/** Each fused operation, value and gradients, against the same thing composed of stock operations with stock gradients. */
import { describe, expect, test } from 'vitest'
import {
  attention,
  createBackend,
  crossEntropySum,
  embed,
  firstPositionAttention,
  geluScale,
  layerNorm,
  linear,
  scaledGelu,
  tf,
} from '../../electron/backend/index.ts'
import type { Batch } from '../../electron/data/types.ts'
import { BatchBuffers } from '../../electron/engine/batch-buffers.ts'
import { allocatePacking, packedShape, packTokens } from '../../electron/engine/packing.ts'
import { randomNumbers, relativeDistance } from './engine-fixtures.ts'

createBackend({ threads: 1 })

const random = randomNumbers(1)
const randomTensor = (...shape: number[]): tf.Tensor =>
  tf.tensor(
    Array.from({ length: tf.util.sizeFromShape(shape) }, () => 2 * random() - 1),
    shape,
  )

/** Compares values, and gradients for a random dy. */
async function expectSame(
  fused: (...inputs: tf.Tensor[]) => tf.Tensor,
  composed: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
): Promise<void> {
  const dy = randomTensor(...composed(...inputs).shape)
  const actual = tf.valueAndGrads(fused)(inputs, dy)
  const expected = tf.valueAndGrads(composed)(inputs, dy)
  expect(actual.value.shape).toEqual(expected.value.shape)
  expect(relativeDistance(await actual.value.data(), await expected.value.data())).toBeLessThan(1e-5)
  for (const [index, gradient] of actual.grads.entries()) {
    expect(gradient.shape).toEqual(inputs[index]!.shape)
    expect(relativeDistance(await gradient.data(), await expected.grads[index]!.data()), `gradient ${index}`).toBeLessThan(1e-5)
  }
}

test('linear, with and without its scales', async () => {
  const inputs = [randomTensor(5, 3), randomTensor(4, 3), randomTensor(4)]
  const composed = (scale: number, inputScale: number) => (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) =>
    tf.mul(tf.add(tf.matMul(tf.mul(x, inputScale), w, false, true), b), scale)
  await expectSame(
    (x, w, b) => linear(x!, w!, b!),
    (x, w, b) => composed(1, 1)(x!, w!, b!),
    inputs,
  )
  await expectSame(
    (x, w, b) => linear(x!, w!, b!, { scale: 0.5, inputScale: 3 }),
    (x, w, b) => composed(0.5, 3)(x!, w!, b!),
    inputs,
  )
})

test('linear whose bias cancels has a bias gradient of exactly zero and the others unchanged', async () => {
  const inputs = [randomTensor(5, 3), randomTensor(4, 3), randomTensor(4)]
  const centred = (y: tf.Tensor): tf.Tensor => tf.sub(y, tf.mean(y, 0, true))
  const fused = tf.valueAndGrads((x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) =>
    tf.sum(tf.square(centred(linear(x, w, b, { biasCancels: true })))),
  )(inputs)
  const plain = tf.valueAndGrads((x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) => tf.sum(tf.square(centred(linear(x, w, b)))))(inputs)
  for (const index of [0, 1]) expect(relativeDistance(await fused.grads[index]!.data(), await plain.grads[index]!.data())).toBe(0)
  expect([...(await fused.grads[2]!.data())]).toEqual([0, 0, 0, 0])
})

test('layerNorm of matrices and of batches of them', async () => {
  const composed = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor => {
    const centred = tf.sub(x, tf.mean(x, -1, true))
    const deviation = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-12))
    return tf.add(tf.mul(tf.mul(centred, deviation), gamma), beta)
  }
  for (const shape of [
    [6, 8],
    [2, 3, 8],
  ]) {
    const inputs = [randomTensor(...shape), randomTensor(8), randomTensor(8)]
    await expectSame(
      (x, gamma, beta) => layerNorm(x!, gamma!, beta!, 1e-12),
      (x, gamma, beta) => composed(x!, gamma!, beta!),
      inputs,
    )
  }
})

describe('GELU', () => {
  const gelu = (x: tf.Tensor): tf.Tensor => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1))

  test('in the scaled variable it is GELU, gradients included', async () => {
    await expectSame(
      (x) => tf.mul(scaledGelu(tf.mul(x!, geluScale)), geluScale),
      (x) => gelu(x!),
      [tf.mul(randomTensor(4, 5), 4)],
    )
  })

  test('far from zero it is 0 or x, and so are its gradients', async () => {
    const x = tf.tensor1d([-60, -20, 20, 60])
    const { value, grads } = tf.valueAndGrads((input: tf.Tensor) => tf.mul(scaledGelu(tf.mul(input, geluScale)), geluScale))([x])
    expect([...(await value.data())].map((y) => Math.round(y))).toEqual([-0, -0, 20, 60])
    expect([...(await grads[0]!.data())].map((y) => Math.round(y) + 0)).toEqual([0, 0, 1, 1])
  })
})

/** Rows of the given numbers of tokens, and the products that take the grid to the packed matrix and back (0 for padding). */
function makeLayout(tokenCounts: readonly number[], length: number, heads: number, ids?: Int32Array) {
  const rows = tokenCounts.length
  const batch: Batch = {
    rows,
    length,
    ids: ids ?? new Int32Array(rows * length),
    attentionMask: Float32Array.from({ length: rows * length }, (_, place) => +(place % length < tokenCounts[Math.floor(place / length)]!)),
    labels: new Int32Array(rows),
    weights: new Float32Array(rows).fill(1),
    exampleCount: rows,
    tokenCount: tokenCounts.reduce((sum, count) => sum + count, 0),
  }
  const shape = packedShape(batch)
  const buffers = new BatchBuffers(shape, heads, 2)
  buffers.fill(batch)
  const packing = allocatePacking(shape)
  packTokens(batch, shape, packing)
  const select = new Float32Array(rows * length * shape.flat)
  for (const [place, flat] of packing.flatOf.entries()) select[place * shape.flat + flat] = batch.attentionMask[place]!
  const selection = tf.tensor2d(select, [rows * length, shape.flat])
  return {
    ...buffers.tensors(),
    toFlat: (grid: tf.Tensor): tf.Tensor => tf.matMul(selection, grid, true),
    toGrid: (flat: tf.Tensor): tf.Tensor => tf.matMul(selection, flat),
    isToken: tf.tensor2d(batch.attentionMask, [rows * length, 1]),
  }
}

describe('attention', () => {
  const [rows, length, heads, size] = [3, 5, 2, 4]
  const dim = heads * size
  const split = (x: tf.Tensor, positions: number): tf.Tensor => tf.transpose(tf.reshape(x, [rows, positions, heads, size]), [0, 2, 1, 3])
  const dropoutFactors = (queryLength: number): tf.Tensor =>
    tf.mul(tf.cast(tf.greater(randomTensor(rows, heads, queryLength, length), 0), 'float32'), 2)
  const composed =
    (mask: tf.Tensor, queryLength: number, factors: tf.Tensor | null) =>
    (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Tensor => {
      const scores = tf.add(tf.div(tf.matMul(split(q, queryLength), split(k, length), false, true), Math.sqrt(size)), mask)
      const probabilities = factors ? tf.mul(tf.softmax(scores), factors) : tf.softmax(scores)
      return tf.reshape(tf.transpose(tf.matMul(probabilities, split(v, length)), [0, 2, 1, 3]), [rows * queryLength, dim])
    }
  const cases = [
    { tokenCounts: [5, 5, 5], hasDropout: false },
    { tokenCounts: [2, 5, 1], hasDropout: false },
    { tokenCounts: [2, 5, 1], hasDropout: true },
    { tokenCounts: [5, 4, 5], hasDropout: true },
  ]

  test.for(cases)('of all positions with %o', async ({ tokenCounts, hasDropout }) => {
    const { layout, mask, toFlat, toGrid, isToken } = makeLayout(tokenCounts, length, heads)
    const factors = hasDropout ? dropoutFactors(length) : null
    await expectSame(
      (q, k, v) => toGrid(attention([toFlat(q!), toFlat(k!), toFlat(v!)], mask, factors, layout)),
      (q, k, v) => tf.mul(composed(mask, length, factors)(tf.mul(q!, isToken), tf.mul(k!, isToken), tf.mul(v!, isToken)), isToken),
      Array.from({ length: 3 }, () => randomTensor(rows * length, dim)),
    )
  })

  test.for(cases)('of the first position equals that of keys and values computed for all, with %o', async ({ tokenCounts, hasDropout }) => {
    const { layout, mask, toFlat, isToken } = makeLayout(tokenCounts, length, heads)
    const factors = hasDropout ? dropoutFactors(1) : null
    const [keyWeight, keyBias, valueWeight, valueBias] = [
      randomTensor(dim, dim),
      randomTensor(dim),
      randomTensor(dim, dim),
      randomTensor(dim),
    ]
    // The key bias has no gradient; that of the composed form is rounding noise.
    await expectSame(
      (query, tokens, keyWeight, valueWeight, valueBias) =>
        firstPositionAttention(
          { query: query!, tokens: toFlat(tokens!), keyWeight: keyWeight!, keyBias, valueWeight: valueWeight!, valueBias: valueBias! },
          mask,
          factors,
          layout,
        ),
      (query, tokens, keyWeight, valueWeight, valueBias) => {
        const x = tf.mul(tokens!, isToken)
        return composed(mask, 1, factors)(query!, linear(x, keyWeight!, keyBias), linear(x, valueWeight!, valueBias!))
      },
      [randomTensor(rows, dim), randomTensor(rows * length, dim), keyWeight, valueWeight, valueBias],
    )
  })
})

test('crossEntropySum weighs each row, and rows of weight zero count for nothing', async () => {
  const targets = tf.tensor2d([0, 1, 0, 0.5, 0, 0, 0, 0, 0], [3, 3])
  const composed = (logits: tf.Tensor): tf.Tensor => tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), targets)))
  await expectSame(
    (logits) => crossEntropySum(logits!, targets),
    (logits) => composed(logits!),
    [randomTensor(3, 3)],
  )
})

test('embed adds up the gradients of words that occur more than once, and gives the padding word none', async () => {
  const ids = Int32Array.of(3, 1, 3, 0, 1, 2, 0, 0)
  const { layout, toGrid, isToken } = makeLayout([4, 2], 4, 1, ids)
  const notPadding = tf.tensor2d(
    Array.from(ids, (id) => +(id !== 0)),
    [8, 1],
  )
  const composed = (words: tf.Tensor, positions: tf.Tensor): tf.Tensor => {
    const word = tf.mul(tf.matMul(tf.oneHot(tf.tensor1d(ids, 'int32'), 5), words), notPadding)
    return tf.mul(tf.add(word, tf.tile(tf.slice(positions, [0, 0], [4, 3]), [2, 1])), isToken)
  }
  const words = tf.concat([tf.zeros([1, 3]), randomTensor(4, 3)])
  await expectSame(
    (w, p) => toGrid(embed(layout, w!, p!, 0)),
    (w, p) => composed(w!, p!),
    [words, randomTensor(6, 3)],
  )
})

test('embed refuses more tokens than there are positions', () => {
  const { layout } = makeLayout([4], 4, 1)
  expect(() => embed(layout, randomTensor(5, 3), randomTensor(3, 3), 0)).toThrow('4 tokens are more than')
})
