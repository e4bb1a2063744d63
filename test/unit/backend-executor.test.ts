/** How graphs become sessions: keys, replay, bounds of the cache, rewriting, and what is refused. */
import { describe, expect, test } from 'vitest'
import { createBackend, lazy, leaf, tensorOf, tf } from '../../electron/backend/index.ts'
import { Executor } from '../../electron/backend/executor.ts'
import { add, columnSum, gemm, multiply, reshape, unary } from '../../electron/backend/operators.ts'
import { makePlan } from '../../electron/backend/plan.ts'
import { SessionCache } from '../../electron/backend/session-cache.ts'

const backend = createBackend({ threads: 1 })
const unbounded = 100

describe('captured graphs', () => {
  test('read their leaves and write their destinations anew at every run', async () => {
    const executor = new Executor(new SessionCache(unbounded))
    const [x, y] = [new Float32Array([1, 2]), new Float32Array([10, 20])]
    const destination = new Float32Array(2)
    const sum = add(leaf(x, [2], 'float32'), leaf(y, [2], 'float32'))
    const graph = executor.capture([{ value: sum, destination }, { value: multiply(sum, sum) }], 1)
    await graph.run()
    expect([...destination]).toEqual([11, 22])
    x.set([5, 6])
    await graph.run()
    expect([...destination]).toEqual([15, 26])
    expect(graph.results[0]).toBe(destination)
    expect([...graph.results[1]!]).toEqual([225, 676])
    expect(executor.sessions.createdCount).toBe(1)
  })

  test('may want the same value twice, and leaves as they are', async () => {
    const executor = new Executor(new SessionCache(unbounded))
    const x = leaf(new Float32Array([3]), [1], 'float32')
    const double = add(x, x)
    const graph = executor.capture([{ value: double }, { value: x }, { value: double }], 1)
    await graph.run()
    expect(graph.results.map((result) => Number(result[0]))).toEqual([6, 3, 6])
  })

  test('of equal structure share a session; another shape or constant needs its own', async () => {
    const executor = new Executor(new SessionCache(unbounded))
    const run = async (data: Float32Array, factor: number): Promise<number> => {
      const value = lazy(tf.mul(tensorOf(leaf(data, [data.length], 'float32')), tf.fill([1], factor)))
      const graph = executor.capture([{ value }], 1)
      await graph.run()
      return Number(graph.results[0]![0])
    }
    expect(await run(new Float32Array([1]), 2)).toBe(2)
    expect(await run(new Float32Array([4]), 2)).toBe(8)
    expect(executor.sessions.createdCount).toBe(1)
    expect(await run(new Float32Array([1]), 3)).toBe(3)
    expect(await run(new Float32Array([1, 1]), 3)).toBe(3)
    expect(executor.sessions.createdCount).toBe(3)
  })

  test('over elastic leaves of any shape share a session', async () => {
    const executor = new Executor(new SessionCache(unbounded))
    for (const [rows, columns] of [
      [1, 4],
      [3, 2],
      [5, 7],
    ] as const) {
      const x = leaf(new Float32Array(rows * columns).fill(2), [rows, columns], 'float32', { isElastic: true })
      const value = columnSum(reshape(multiply(x, x), [columns, rows]))
      const graph = executor.capture([{ value }], 1)
      await graph.run()
      expect([...graph.results[0]!]).toEqual(new Array<number>(rows).fill(4 * columns))
    }
    expect(executor.sessions.createdCount).toBe(1)
  })

  test('refuse a destination of another size', () => {
    const executor = new Executor(new SessionCache(unbounded))
    const value = unary('Neg', leaf(new Float32Array(2), [2], 'float32'))
    expect(() => executor.capture([{ value, destination: new Float32Array(3) }], 1)).toThrow('cannot take [2]')
  })
})

describe('the session cache', () => {
  const negate = (executor: Executor, length: number): ReturnType<Executor['capture']> =>
    executor.capture([{ value: unary('Neg', leaf(new Float32Array(length).fill(1), [length], 'float32')) }], 1)

  test('keeps no more sessions than allowed, lets the one used longest ago go and makes it again on demand', async () => {
    const sessions = new SessionCache(2)
    const executor = new Executor(sessions)
    const graphs = [1, 2, 3].map((length) => negate(executor, length))
    await graphs[0]!.run()
    await graphs[1]!.run()
    await graphs[0]!.run()
    await graphs[2]!.run()
    expect(sessions.size).toBe(2)
    await graphs[0]!.run()
    expect(sessions.createdCount).toBe(3)
    await graphs[1]!.run()
    expect(sessions.createdCount).toBe(4)
    expect(Number(graphs[1]!.results[0]![0])).toBe(-1)
    await sessions.clear()
    expect(sessions.size).toBe(0)
  })

  test('never releases a session that is running', async () => {
    const executor = new Executor(new SessionCache(1))
    const graphs = [1, 2, 3, 4].map((length) => negate(executor, length))
    await Promise.all(graphs.map((graph) => graph.run()))
    for (const graph of graphs) expect(Number(graph.results[0]![0])).toBe(-1)
    expect(executor.sessions.size).toBe(1)
  })
})

test('a sum of matrix products becomes one product that adds', () => {
  const matrix = (rows: number, columns: number): ReturnType<typeof leaf> =>
    leaf(new Float32Array(rows * columns), [rows, columns], 'float32')
  const operators = (value: ReturnType<typeof leaf>): string[] => makePlan([value]).nodes.map(({ operator }) => operator)
  const product = gemm(matrix(2, 3), matrix(3, 2))
  expect(operators(add(product, matrix(2, 2)))).toEqual(['Gemm'])
  expect(operators(add(gemm(matrix(2, 3), matrix(3, 2)), add(product, matrix(2, 2))))).toEqual(['Gemm', 'Gemm'])
  // Not where the product has other readers, nor where adding broadcasts.
  expect(operators(multiply(product, add(product, matrix(2, 2))))).toContain('Add')
  expect(operators(add(product, matrix(1, 2)))).toContain('Add')
})

test('tensors are read asynchronously only, once computed they are not computed again', async () => {
  const x = tf.add(tf.tensor1d([1, 2]), 1)
  expect(() => x.dataSync()).toThrow('data()')
  expect([...(await x.data())]).toEqual([2, 3])
  const captures = backend.executor.captureCount
  await x.data()
  expect(backend.executor.captureCount).toBe(captures)
  expect([...(await tf.mul(x, 2).data())]).toEqual([4, 6])
})

test('tensors of types that the backend lacks are refused', () => {
  expect(() => tf.tensor1d(['text'])).toThrow('no tensors of type string')
})

test('a tidy scope leaves nothing behind', async () => {
  const before = tf.memory().numTensors
  const ids = backend.numDataIds()
  await tf.tidy(() => tf.sum(tf.mul(tf.ones([3, 3]), 2))).data()
  tf.tidy(() => {
    tf.grad((x: tf.Tensor) => tf.sum(tf.square(x)))(tf.ones([3]))
  })
  expect(tf.memory().numTensors).toBe(before + 1)
  expect(backend.numDataIds()).toBe(ids + 1)
})
