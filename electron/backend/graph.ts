/**
 * The lazy graph: values and the ONNX nodes that would compute them. Recording is all that happens here; nothing
 * runs until a value is read or captured (executor.ts). Values are independent of TensorFlow.js tensors: a tensor
 * may be disposed of while its value lives on in a captured graph.
 */

import type { Resident } from './resident.ts'

export type ElementType = 'float32' | 'int32' | 'int64' | 'bool'
export type TypedData = Float32Array | Int32Array | BigInt64Array | Uint8Array
export type Shape = readonly number[]

/** ONNX attributes: a bare number is an integer, `{ float }` a float. */
export type Attribute = number | readonly number[] | { readonly float: number }
export type Attributes = Readonly<Record<string, Attribute>>

/** Work that ONNX Runtime does badly, done on the host after the run: it may only be an output of a graph. */
export type HostStep = (inputs: TypedData[], destination: TypedData) => void

export type Source =
  /**
   * A buffer of the caller: fed at each run, so rewriting it and running again computes with the new content. Where it
   * is elastic, the model leaves its shape open. `refresh` brings what is derived from other buffers up to date.
   */
  | { readonly kind: 'leaf'; readonly data: TypedData; readonly isElastic: boolean; readonly refresh?: () => void }
  /** Content that stays on the device from run to run. */
  | { readonly kind: 'resident'; readonly resident: Resident }
  /** Part of the model; `key` identifies type, shape and content. */
  | { readonly kind: 'constant'; readonly data: TypedData; readonly key: string }
  | { readonly kind: 'node'; readonly node: LazyNode; readonly output: number }
  | { readonly kind: 'host'; readonly inputs: readonly LazyValue[]; readonly step: HostStep; readonly onDevice: () => LazyValue }

export interface LazyNode {
  readonly operator: string
  /** '' for standard ONNX, 'com.microsoft' for ONNX Runtime's own operators. */
  readonly domain: string
  readonly inputs: readonly LazyValue[]
  readonly attributes: Attributes
  readonly outputs: readonly LazyValue[]
}

export class LazyValue {
  readonly shape: Shape
  readonly type: ElementType
  source: Source

  constructor(shape: Shape, type: ElementType, source: Source) {
    this.shape = shape
    this.type = type
    this.source = source
  }

  get size(): number {
    return sizeOf(this.shape)
  }
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, dimension) => product * dimension, 1)
}

export function allocate(type: ElementType, size: number): TypedData {
  switch (type) {
    case 'float32':
      return new Float32Array(size)
    case 'int32':
      return new Int32Array(size)
    case 'int64':
      return new BigInt64Array(size)
    case 'bool':
      return new Uint8Array(size)
  }
}

/**
 * A value over the caller's buffer, never copied. Make it elastic where its shape follows the batch: graphs that differ
 * only in such shapes are one model and share a session.
 */
export function leaf(data: TypedData, shape: Shape, type: ElementType, { isElastic = false } = {}): LazyValue {
  if (data.length !== sizeOf(shape)) throw new Error(`A buffer of ${data.length} elements cannot have the shape [${shape}]`)
  return new LazyValue(shape, type, { kind: 'leaf', data, isElastic })
}

/** A value that the host derives from other buffers just before each run. */
export function derivedLeaf(data: TypedData, shape: Shape, type: ElementType, refresh: () => void): LazyValue {
  return new LazyValue(shape, type, { kind: 'leaf', data, isElastic: false, refresh })
}

function constant(shape: Shape, type: ElementType, data: TypedData, content: string): LazyValue {
  return new LazyValue(shape, type, { kind: 'constant', data, key: `${type}[${shape}]${content}` })
}

/** A constant filled with one number. */
export function filled(shape: Shape, value: number, type: Exclude<ElementType, 'int64'> = 'float32'): LazyValue {
  return constant(shape, type, allocate(type, sizeOf(shape)).fill(value as never), `=${value}`)
}

export const scalar = (value: number): LazyValue => filled([], value)

/** A vector of int64, as ONNX wants axes. */
export function indices(values: readonly number[]): LazyValue {
  return constant([values.length], 'int64', BigInt64Array.from(values, BigInt), String(values))
}

/** A vector of int64 that may follow the batch (shapes, bounds): fed at each run, no part of the model. */
export const fedIndices = (values: readonly number[]): LazyValue => leaf(BigInt64Array.from(values, BigInt), [values.length], 'int64')

/** Records an operator with several outputs. */
export function recordMany(
  operator: string,
  inputs: readonly LazyValue[],
  attributes: Attributes,
  outputs: readonly { shape: Shape; type: ElementType }[],
  domain = '',
): LazyValue[] {
  const values: LazyValue[] = []
  const node: LazyNode = { operator, domain, inputs, attributes, outputs: values }
  for (const [output, { shape, type }] of outputs.entries()) values.push(new LazyValue(shape, type, { kind: 'node', node, output }))
  return values
}

/** Records an operator with one output. */
export function record(
  operator: string,
  inputs: readonly LazyValue[],
  attributes: Attributes,
  shape: Shape,
  type: ElementType = 'float32',
  domain = '',
): LazyValue {
  return recordMany(operator, inputs, attributes, [{ shape, type }], domain)[0]!
}

/** `onDevice` records the same value as nodes, for graphs whose results must not leave the device. */
export function recordHostStep(inputs: readonly LazyValue[], shape: Shape, step: HostStep, onDevice: () => LazyValue): LazyValue {
  return new LazyValue(shape, 'float32', { kind: 'host', inputs, step, onDevice })
}

/** `value`, computed without the host. */
export const onDevice = (value: LazyValue): LazyValue => (value.source.kind === 'host' ? value.source.onDevice() : value)
