/**
 * Runs a plan operator by operator with the kernels of another TensorFlow.js backend: TensorFlow's native library. What
 * is recorded is the same as for ONNX Runtime, so the model and the fused operations exist once; this is a dictionary
 * from ONNX operators to TensorFlow.js' own. Nothing is fused and nothing reused: right, and slower.
 */
import type { Attribute, LazyNode, LazyValue, TypedData } from './graph.ts'
import type { Plan } from './plan.ts'
import { tf } from './tf.ts'

type Operator = (inputs: tf.Tensor[], node: LazyNode) => tf.Tensor | tf.Tensor[]

const unary = (operation: (x: tf.Tensor) => tf.Tensor): Operator => {
  return ([x]) => operation(x!)
}
const binary = (operation: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Operator => {
  return ([a, b]) => operation(a!, b!)
}
const reduction = (operation: (x: tf.Tensor, axes: number[], keepDimensions: boolean) => tf.Tensor): Operator => {
  return ([x], { inputs, attributes }) => operation(x!, numbersOf(inputs[1]!), attributes['keepdims'] === 1)
}

const operators: Readonly<Record<string, Operator>> = {
  Abs: unary(tf.abs),
  Erf: unary(tf.erf),
  Exp: unary(tf.exp),
  Identity: unary(tf.clone),
  Log: unary(tf.log),
  Neg: unary(tf.neg),
  Not: unary(tf.logicalNot),
  Reciprocal: unary(tf.reciprocal),
  Relu: unary(tf.relu),
  Sigmoid: unary(tf.sigmoid),
  Sqrt: unary(tf.sqrt),
  Tanh: unary(tf.tanh),
  Softmax: unary(tf.softmax),
  LogSoftmax: unary(tf.logSoftmax),

  Add: binary(tf.add),
  Sub: binary(tf.sub),
  Mul: binary(tf.mul),
  Div: binary(tf.div),
  Pow: binary(tf.pow),
  Max: binary(tf.maximum),
  Min: binary(tf.minimum),
  Equal: binary(tf.equal),
  Greater: binary(tf.greater),
  GreaterOrEqual: binary(tf.greaterEqual),
  Less: binary(tf.less),
  LessOrEqual: binary(tf.lessEqual),
  And: binary(tf.logicalAnd),
  Or: binary(tf.logicalOr),
  MatMul: binary((a, b) => tf.matMul(a, b)),

  ReduceSum: reduction(tf.sum),
  ReduceMean: reduction(tf.mean),
  ReduceMax: reduction(tf.max),
  ReduceMin: reduction(tf.min),
  ArgMax: ([x], { attributes }) => tf.argMax(x!, attributes['axis'] as number),

  Cast: ([x], { outputs: [result] }) => tf.cast(x!, result!.type === 'int64' ? 'int32' : result!.type),
  Concat: (inputs, { attributes }) => tf.concat(inputs, attributes['axis'] as number),
  Gather: ([x, rows], { attributes }) => tf.gather(x!, rows as tf.Tensor1D, attributes['axis'] as number),
  Pad: ([x], { inputs: [, sides, value] }) => {
    const amounts = numbersOf(sides!)
    const pairs = x!.shape.map((_, axis): [number, number] => [amounts[axis]!, amounts[axis + x!.shape.length]!])
    return tf.pad(x!, pairs, numbersOf(value!)[0])
  },
  Reshape: ([x], { outputs: [result] }) => tf.reshape(x!, [...result!.shape]),
  Slice: ([x], { inputs: [, begin], outputs: [result] }) => {
    // Bounds are always recorded for all axes.
    return tf.slice(x!, numbersOf(begin!), [...result!.shape])
  },
  Tile: ([x], { inputs: [, repeats] }) => tf.tile(x!, numbersOf(repeats!)),
  Transpose: ([x], { attributes }) => tf.transpose(x!, [...(attributes['perm'] as readonly number[])]),
  Where: ([condition, a, b]) => tf.where(condition!, a!, b!),

  Gemm: ([a, b, c], { attributes }) => {
    const product = scaledProduct(a!, b!, attributes)
    return c ? tf.add(product, tf.mul(c, floatOf(attributes['beta']))) : product
  },
  FusedMatMul: ([a, b], { attributes }) => scaledProduct(a!, b!, attributes),
  LayerNormalization: ([x, gamma, beta], { attributes }) => {
    const { mean, variance } = tf.moments(x!, -1, true)
    const inverseDeviation = tf.rsqrt(tf.add(variance, floatOf(attributes['epsilon'])))
    const scaled = tf.mul(tf.mul(tf.sub(x!, mean), inverseDeviation), gamma!)
    return [beta ? tf.add(scaled, beta) : scaled, mean, inverseDeviation]
  },
}

/** Computes the plan's outputs on the TensorFlow.js backend `backendName`; the active backend is the same afterwards. */
export async function runOnStock(plan: Plan, backendName: string): Promise<TypedData[]> {
  const recording = tf.getBackend()
  // Both settle at once: the backends exist.
  void tf.setBackend(backendName)
  let tensors: tf.Tensor[] = []
  try {
    tensors = tf.tidy(() => compute(plan))
  } finally {
    void tf.setBackend(recording)
  }
  const results = await Promise.all(tensors.map((tensor) => tensor.data()))
  for (const tensor of tensors) tensor.dispose()
  return results as TypedData[]
}

function compute({ nodes, outputs }: Plan): tf.Tensor[] {
  const known = new Map<LazyValue, tf.Tensor>()
  const tensorOf = (value: LazyValue): tf.Tensor => {
    const { source } = value
    if (source.kind === 'leaf') source.refresh?.()
    // Shapes and bounds are read by the operators themselves.
    if (!known.has(value) && 'data' in source && value.type !== 'int64')
      known.set(value, tf.tensor(source.data as Float32Array, [...value.shape], value.type))
    return known.get(value)!
  }
  for (const node of nodes) {
    const operator = operators[node.operator]
    if (!operator) throw new Error(`TensorFlow.js has no form of ${node.operator} here`)
    const computed = operator(node.inputs.map(tensorOf), node)
    for (const [index, tensor] of [computed].flat().entries()) if (node.outputs[index]) known.set(node.outputs[index], tensor)
  }
  return outputs.map((value) => known.get(value)!)
}

function scaledProduct(a: tf.Tensor, b: tf.Tensor, attributes: LazyNode['attributes']): tf.Tensor {
  const product = tf.matMul(a, b, attributes['transA'] === 1, attributes['transB'] === 1)
  const alpha = floatOf(attributes['alpha'])
  return alpha === 1 ? product : tf.mul(product, alpha)
}

/** A float attribute; 1 where it is left out. */
const floatOf = (attribute: Attribute | undefined): number => (typeof attribute === 'object' && 'float' in attribute ? attribute.float : 1)

function numbersOf({ source }: LazyValue): number[] {
  if (!('data' in source)) throw new Error('Axes, shapes and bounds must be known before a run')
  return Array.from(source.data as BigInt64Array, Number)
}
