/**
 * ONNX operators as functions on lazy values, with shape inference. Kernels and fused operations are written in
 * these words. Choices that look odd were measured: see `columnSum`.
 */
import { fedIndices, filled, indices, leaf, record, scalar, sizeOf, type ElementType, type LazyValue, type Shape } from './graph.ts'

const microsoft = 'com.microsoft'
const onnxTypes = { float32: 1, int32: 6, int64: 7, bool: 9 } as const satisfies Record<ElementType, number>

export function broadcastShape(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1
    const y = b[axis - rank + b.length] ?? 1
    if (x !== y && x !== 1 && y !== 1) throw new Error(`Shapes [${a}] and [${b}] do not broadcast`)
    return x === 1 ? y : x
  })
}

export function unary(operator: string, x: LazyValue): LazyValue {
  return record(operator, [x], {}, x.shape, x.type)
}

export function binary(operator: string, a: LazyValue, b: LazyValue, type: ElementType = a.type): LazyValue {
  return record(operator, [a, b], {}, broadcastShape(a.shape, b.shape), type)
}

export const add = (a: LazyValue, b: LazyValue): LazyValue => binary('Add', a, b)
export const subtract = (a: LazyValue, b: LazyValue): LazyValue => binary('Sub', a, b)
export const multiply = (a: LazyValue, b: LazyValue): LazyValue => binary('Mul', a, b)
export const divide = (a: LazyValue, b: LazyValue): LazyValue => binary('Div', a, b)
export const exp = (x: LazyValue): LazyValue => unary('Exp', x)

export function cast(x: LazyValue, type: ElementType): LazyValue {
  return x.type === type ? x : record('Cast', [x], { to: onnxTypes[type] }, x.shape, type)
}

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dimension, axis) => dimension === b[axis])

export function reshape(x: LazyValue, shape: Shape): LazyValue {
  return sameShape(x.shape, shape) ? x : record('Reshape', [x, fedIndices(shape)], {}, shape, x.type)
}

export function transpose(x: LazyValue, permutation: readonly number[]): LazyValue {
  if (permutation.every((from, to) => from === to)) return x
  return record(
    'Transpose',
    [x],
    { perm: permutation },
    permutation.map((axis) => x.shape[axis]!),
    x.type,
  )
}

export function slice(x: LazyValue, begin: readonly number[], size: readonly number[]): LazyValue {
  const end = begin.map((from, axis) => from + size[axis]!)
  const axes = begin.map((_, axis) => axis)
  return record('Slice', [x, fedIndices(begin), fedIndices(end), indices(axes)], {}, size, x.type)
}

/** Rows of a matrix by number: x [rows, columns], `at` int32 of any shape → [...at, columns]. */
export function gatherRows(x: LazyValue, at: LazyValue): LazyValue {
  return record('Gather', [x, at], { axis: 0 }, [...at.shape, x.shape[1]!], x.type)
}

export function pad(x: LazyValue, before: readonly number[], after: readonly number[], value = 0): LazyValue {
  const shape = x.shape.map((dimension, axis) => dimension + before[axis]! + after[axis]!)
  return record('Pad', [x, fedIndices([...before, ...after]), filled([], value, x.type as 'float32')], {}, shape, x.type)
}

export interface MatMulOptions {
  transposeA?: boolean
  transposeB?: boolean
  /** Scales the product. */
  alpha?: number
}

/** Product over the last two axes; leading axes broadcast. Transposes and `alpha` cost nothing: they are flags. */
export function matMul(a: LazyValue, b: LazyValue, { transposeA = false, transposeB = false, alpha = 1 }: MatMulOptions = {}): LazyValue {
  if (a.shape.length === 2 && b.shape.length === 2) return gemm(a, b, { transposeA, transposeB, alpha })
  const rows = a.shape.at(transposeA ? -1 : -2)!
  const columns = b.shape.at(transposeB ? -2 : -1)!
  const shape = [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns]
  if (!transposeA && !transposeB && alpha === 1) return record('MatMul', [a, b], {}, shape)
  return record('FusedMatMul', [a, b], { transA: +transposeA, transB: +transposeB, alpha: { float: alpha } }, shape, 'float32', microsoft)
}

export interface GemmOptions extends MatMulOptions {
  /** Added to the product; broadcasts. */
  bias?: LazyValue
  /** Scales `bias`. */
  beta?: number
}

/** alpha · A B + beta · bias for two matrices. */
export function gemm(a: LazyValue, b: LazyValue, { transposeA, transposeB, alpha = 1, bias, beta = 1 }: GemmOptions = {}): LazyValue {
  const shape = [a.shape[transposeA ? 1 : 0]!, b.shape[transposeB ? 0 : 1]!]
  const attributes = {
    ...(transposeA && { transA: 1 }),
    ...(transposeB && { transB: 1 }),
    ...(alpha !== 1 && { alpha: { float: alpha } }),
    ...(beta !== 1 && { beta: { float: beta } }),
  }
  return record('Gemm', bias ? [a, b, bias] : [a, b], attributes, shape)
}

/** 'ReduceSum', 'ReduceMean', 'ReduceMax' … over `axes`. */
export function reduce(operator: string, x: LazyValue, axes: readonly number[], keepDimensions: boolean): LazyValue {
  if (axes.length === 0) return x
  const reduced = new Set(axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis)))
  const shape = keepDimensions
    ? x.shape.map((dimension, axis) => (reduced.has(axis) ? 1 : dimension))
    : x.shape.filter((_, axis) => !reduced.has(axis))
  return record(operator, [x, indices([...reduced])], { keepdims: +keepDimensions }, shape, x.type)
}

export function softmax(x: LazyValue, operator: 'Softmax' | 'LogSoftmax' = 'Softmax'): LazyValue {
  return record(operator, [x], { axis: -1 }, x.shape)
}

/** Sums a matrix over its rows: [rows, columns] → [columns]. A product with ones is faster here than ReduceSum over axis 0. */
export function columnSum(x: LazyValue, alpha = 1): LazyValue {
  const [rows, columns] = x.shape as [number, number]
  return reshape(record('MatMul', [elasticRow(rows, alpha), x], {}, [1, columns]), [columns])
}

const rowBuffers = new Map<string, WeakRef<Float32Array>>()

/** [1, count] of one number. Graphs of all shapes share one buffer for each count, as long as any of them lives. */
function elasticRow(count: number, value: number): LazyValue {
  const key = `${count} ${value}`
  let data = rowBuffers.get(key)?.deref()
  if (!data) {
    data = new Float32Array(count).fill(value)
    rowBuffers.set(key, new WeakRef(data))
  }
  return leaf(data, [1, count], 'float32', { isElastic: true })
}

/** All axes but the last flattened into rows. */
export function asMatrix(x: LazyValue): LazyValue {
  const columns = x.shape.at(-1)!
  return reshape(x, [sizeOf(x.shape) / columns, columns])
}

export { scalar }
