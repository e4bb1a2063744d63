/** Every stock kernel of the backend against plain JavaScript, through TensorFlow.js' own operations. */
import { describe, expect, test } from 'vitest'
import { createBackend, tf } from '../../electron/backend/index.ts'

createBackend({ threads: 1 })

const a = [-1.5, -0.5, 0, 0.25, 1, 2]
const b = [0.5, -0.5, 2, 0.25, -3, 4]
const positive = a.map((value) => Math.abs(value) + 0.1)
const tensorA = (): tf.Tensor => tf.tensor(a, [2, 3])
const tensorB = (): tf.Tensor => tf.tensor(b, [2, 3])
const tensorPositive = (): tf.Tensor => tf.tensor(positive, [2, 3])

async function expectValues(tensor: tf.Tensor, expected: readonly number[], shape?: readonly number[]): Promise<void> {
  const values = [...(await tensor.data())]
  expect(values.length).toBe(expected.length)
  for (const [index, value] of expected.entries()) expect(values[index]).toBeCloseTo(value, 5)
  if (shape) expect(tensor.shape).toEqual(shape)
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

describe('element by element', () => {
  const unary: [string, () => tf.Tensor, readonly number[]][] = [
    ['abs', () => tf.abs(tensorA()), a.map(Math.abs)],
    ['neg', () => tf.neg(tensorA()), a.map((x) => -x)],
    ['exp', () => tf.exp(tensorA()), a.map(Math.exp)],
    ['log', () => tf.log(tensorPositive()), positive.map(Math.log)],
    ['sqrt', () => tf.sqrt(tensorPositive()), positive.map(Math.sqrt)],
    ['rsqrt', () => tf.rsqrt(tensorPositive()), positive.map((x) => 1 / Math.sqrt(x))],
    ['reciprocal', () => tf.reciprocal(tensorPositive()), positive.map((x) => 1 / x)],
    ['square', () => tf.square(tensorA()), a.map((x) => x * x)],
    ['relu', () => tf.relu(tensorA()), a.map((x) => Math.max(0, x))],
    ['sigmoid', () => tf.sigmoid(tensorA()), a.map(sigmoid)],
    ['tanh', () => tf.tanh(tensorA()), a.map(Math.tanh)],
    ['step', () => tf.step(tensorA()), a.map((x) => +(x > 0))],
    ['erf', () => tf.erf(tf.tensor1d([0, 0.5, -1])), [0, 0.5204999, -0.8427008]],
    ['zerosLike', () => tf.zerosLike(tensorA()), a.map(() => 0)],
    ['onesLike', () => tf.onesLike(tensorA()), a.map(() => 1)],
    ['fill', () => tf.fill([2, 3], 7), a.map(() => 7)],
    ['clone', () => tf.clone(tensorA()), a],
    ['cast to int32 and back', () => tf.cast(tf.cast(tf.tensor1d([1.7, -2.2]), 'int32'), 'float32'), [1, -2]],
    ['logicalNot', () => tf.logicalNot(tf.tensor1d([1, 0], 'bool')), [0, 1]],
  ]
  test.for(unary)('%s', async ([, compute, expected]) => expectValues(compute(), expected))

  const pairs = (of: (x: number, y: number) => number): number[] => a.map((x, index) => of(x, b[index]!))
  const binary: [string, () => tf.Tensor, readonly number[]][] = [
    ['add', () => tf.add(tensorA(), tensorB()), pairs((x, y) => x + y)],
    ['sub', () => tf.sub(tensorA(), tensorB()), pairs((x, y) => x - y)],
    ['mul', () => tf.mul(tensorA(), tensorB()), pairs((x, y) => x * y)],
    ['div', () => tf.div(tensorA(), tensorB()), pairs((x, y) => x / y)],
    ['maximum', () => tf.maximum(tensorA(), tensorB()), pairs(Math.max)],
    ['minimum', () => tf.minimum(tensorA(), tensorB()), pairs(Math.min)],
    ['pow', () => tf.pow(tensorPositive(), tensorB()), positive.map((x, index) => x ** b[index]!)],
    ['squaredDifference', () => tf.squaredDifference(tensorA(), tensorB()), pairs((x, y) => (x - y) ** 2)],
    ['equal', () => tf.equal(tensorA(), tensorB()), pairs((x, y) => +(x === y))],
    ['greater', () => tf.greater(tensorA(), tensorB()), pairs((x, y) => +(x > y))],
    ['greaterEqual', () => tf.greaterEqual(tensorA(), tensorB()), pairs((x, y) => +(x >= y))],
    ['less', () => tf.less(tensorA(), tensorB()), pairs((x, y) => +(x < y))],
    ['lessEqual', () => tf.lessEqual(tensorA(), tensorB()), pairs((x, y) => +(x <= y))],
    ['logicalAnd', () => tf.logicalAnd(tf.greater(tensorA(), 0), tf.greater(tensorB(), 0)), pairs((x, y) => +(x > 0 && y > 0))],
    ['logicalOr', () => tf.logicalOr(tf.greater(tensorA(), 0), tf.greater(tensorB(), 0)), pairs((x, y) => +(x > 0 || y > 0))],
    ['where', () => tf.where(tf.greater(tensorA(), tensorB()), tensorA(), tensorB()), pairs(Math.max)],
    ['addN', () => tf.addN([tensorA(), tensorB(), tensorA()]), pairs((x, y) => 2 * x + y)],
  ]
  test.for(binary)('%s', async ([, compute, expected]) => expectValues(compute(), expected))

  test('shapes broadcast', async () => {
    await expectValues(tf.add(tf.tensor2d([1, 2], [2, 1]), tf.tensor1d([10, 20, 30])), [11, 21, 31, 12, 22, 32], [2, 3])
    expect(() => tf.add(tf.zeros([2, 3]), tf.zeros([2, 4]))).toThrow()
  })
})

describe('shapes', () => {
  const cases: [string, () => tf.Tensor, readonly number[], readonly number[]][] = [
    ['reshape', () => tf.reshape(tensorA(), [3, -1]), a, [3, 2]],
    ['expandDims', () => tf.expandDims(tensorA(), -1), a, [2, 3, 1]],
    ['transpose', () => tf.transpose(tensorA()), [-1.5, 0.25, -0.5, 1, 0, 2], [3, 2]],
    ['slice', () => tf.slice(tensorA(), [0, 1], [-1, 2]), [-0.5, 0, 1, 2], [2, 2]],
    [
      'pad',
      () =>
        tf.pad(
          tf.tensor2d([1, 2], [1, 2]),
          [
            [1, 0],
            [0, 1],
          ],
          9,
        ),
      [9, 9, 9, 1, 2, 9],
      [2, 3],
    ],
    ['concat', () => tf.concat([tf.tensor2d([1, 2], [2, 1]), tf.tensor2d([3, 4, 5, 6], [2, 2])], 1), [1, 3, 4, 2, 5, 6], [2, 3]],
    ['tile', () => tf.tile(tf.tensor2d([1, 2], [1, 2]), [2, 2]), [1, 2, 1, 2, 1, 2, 1, 2], [2, 4]],
    ['gather', () => tf.gather(tensorA(), tf.tensor1d([1, 0, 1], 'int32')), [...a.slice(3), ...a.slice(0, 3), ...a.slice(3)], [3, 3]],
    ['oneHot', () => tf.oneHot(tf.tensor1d([2, 0], 'int32'), 3), [0, 0, 1, 1, 0, 0], [2, 3]],
  ]
  test.for(cases)('%s', async ([, compute, expected, shape]) => expectValues(compute(), expected, shape))
})

describe('reductions', () => {
  const exponentials = a.map(Math.exp)
  const rowSums = [0, 1].map((row) => exponentials.slice(3 * row, 3 * row + 3).reduce((sum, value) => sum + value))
  const softmax = exponentials.map((value, index) => value / rowSums[Math.floor(index / 3)]!)
  const cases: [string, () => tf.Tensor, readonly number[]][] = [
    ['sum of all', () => tf.sum(tensorA()), [1.25]],
    ['sum over columns', () => tf.sum(tensorA(), 1), [-2, 3.25]],
    ['sum that keeps dimensions', () => tf.sum(tensorA(), [0], true), [-1.25, 0.5, 2]],
    ['mean', () => tf.mean(tensorA(), -1), [-2 / 3, 3.25 / 3]],
    ['max', () => tf.max(tensorA(), 0), [0.25, 1, 2]],
    ['min', () => tf.min(tensorA(), 1), [-1.5, 0.25]],
    ['argMax', () => tf.argMax(tensorB(), 1), [2, 2]],
    ['softmax', () => tf.softmax(tensorA()), softmax],
    ['logSoftmax', () => tf.logSoftmax(tensorA()), softmax.map(Math.log)],
  ]
  test.for(cases)('%s', async ([, compute, expected]) => expectValues(compute(), expected))
})

describe('matrix products', () => {
  const batch = (...matrices: tf.Tensor[]): tf.Tensor => tf.concat(matrices.map((matrix) => tf.expandDims(matrix, 0)))

  test('with every combination of transposes, plain and batched', async () => {
    const [x, y] = [tensorA(), tf.tensor(b, [3, 2])]
    const byHand = [0, 1].flatMap((row) =>
      [0, 1].map((column) => [0, 1, 2].reduce((sum, k) => sum + a[3 * row + k]! * b[2 * k + column]!, 0)),
    )
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const left = transposeA ? tf.transpose(x) : x
        const right = transposeB ? tf.transpose(y) : y
        await expectValues(tf.matMul(left, right, transposeA, transposeB), byHand, [2, 2])
        const batched = tf.matMul(batch(left, tf.mul(left, 2)), batch(right, right), transposeA, transposeB)
        await expectValues(batched, [...byHand, ...byHand.map((value) => 2 * value)], [2, 2, 2])
      }
    }
  })
})
