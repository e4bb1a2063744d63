/**
 * A graph of ONNX in the making: nodes and initializers by name. It knows the format, not the model. Everything that
 * writes or rewrites an exported model (record-model.ts, prologue.ts, fold-weights.ts, quantize.ts, half.ts) speaks in
 * these words.
 */
import onnxProto from 'onnx-proto'
import type { onnx as onnxTypes } from 'onnx-proto'
import { elementTypes, encodeAttribute, type Attributes } from '../backend/index.ts'

const { onnx } = onnxProto

export type Node = onnxTypes.INodeProto
export type Initializer = onnxTypes.ITensorProto

export const onnxType = { ...elementTypes, uint8: 2, int8: 3, float16: 10 } as const
type TypeName = keyof typeof onnxType

/**
 * The oldest opset with LayerNormalization: what is written in it loads in every ONNX Runtime since 1.12, on any
 * device, without operators of ONNX Runtime's own.
 */
const opsetVersion = 17
const irVersion = 8

export interface GraphInput {
  name: string
  type: TypeName
  /** Names of the sizes, which are left open. */
  dims: readonly string[]
}

export interface Graph {
  inputs: GraphInput[]
  nodes: Node[]
  initializers: Map<string, Initializer>
}

type Numbers = Float32Array | Int8Array | Uint16Array | BigInt64Array

/** Puts a constant into `graph` and returns its name. */
export function addInitializer(graph: Graph, name: string, type: TypeName, dims: readonly number[], data: Numbers): string {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  graph.initializers.set(name, { name, dataType: onnxType[type], dims: [...dims], rawData })
  return name
}

/** An int64 vector as a constant, once for each content. */
export function addIntegers(graph: Graph, values: readonly number[]): string {
  const name = `integers.${values.join('.')}`
  return graph.initializers.has(name) ? name : addInitializer(graph, name, 'int64', [values.length], BigInt64Array.from(values, BigInt))
}

export function makeNode(opType: string, input: readonly string[], output: readonly string[], attributes: Attributes = {}): Node {
  const attribute = Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value))
  return { opType, input: [...input], output: [...output], attribute }
}

/** Adds a node with one output and returns the output's name. */
export function addNode(graph: Graph, opType: string, input: readonly string[], output: string, attributes: Attributes = {}): string {
  graph.nodes.push(makeNode(opType, input, [output], attributes))
  return output
}

/** The numbers of a float32 initializer. */
export function floatsOf({ rawData }: Initializer): Float32Array {
  const { buffer, byteOffset, byteLength } = rawData!
  return new Float32Array(buffer, byteOffset, byteLength / Float32Array.BYTES_PER_ELEMENT)
}

/** The numbers of an int64 initializer. */
export function integersOf({ rawData }: Initializer): number[] {
  const { buffer, byteOffset, byteLength } = rawData!
  return Array.from(new BigInt64Array(buffer, byteOffset, byteLength / BigInt64Array.BYTES_PER_ELEMENT), Number)
}

export const dimsOf = ({ dims }: Initializer): number[] => (dims ?? []).map(Number)

/** The float32 initializer called `name`, or null where it is something else. */
export function weightOf(graph: Graph, name: string | undefined): Initializer | null {
  const initializer = graph.initializers.get(name ?? '')
  return initializer?.dataType === onnxType.float32 ? initializer : null
}

/** An attribute of a node that is a float or an integer. */
export function attributeOf(node: Node, name: string, otherwise: number): number {
  const attribute = node.attribute?.find((candidate) => candidate.name === name)
  if (!attribute) return otherwise
  return attribute.type === onnx.AttributeProto.AttributeType.FLOAT ? attribute.f! : Number(attribute.i)
}

/** Removes the initializers that no node reads any more. */
export function dropUnused(graph: Graph): Graph {
  const used = new Set(graph.nodes.flatMap((node) => node.input ?? []))
  return { ...graph, initializers: new Map([...graph.initializers].filter(([name]) => used.has(name))) }
}

export const initializerBytes = (graph: Graph): number =>
  [...graph.initializers.values()].reduce((sum, { rawData }) => sum + (rawData?.byteLength ?? 0), 0)

/** The graph as the bytes of a model file: its inputs → `logits` float32 [batch, labels]. */
export function encodeGraph(graph: Graph, labelCount: number): Uint8Array {
  const valueInfo = (name: string, elemType: number, dim: onnxTypes.TensorShapeProto.IDimension[]) => ({
    name,
    type: { tensorType: { elemType, shape: { dim } } },
  })
  const model = onnx.ModelProto.create({
    irVersion,
    producerName: 'DistriNews Lab',
    opsetImport: [{ domain: '', version: opsetVersion }],
    graph: {
      name: 'classifier',
      // Named after their outputs, which are unique.
      node: graph.nodes.map((node) => ({ ...node, name: node.output![0]! })),
      initializer: [...graph.initializers.values()],
      input: graph.inputs.map(({ name, type, dims }) =>
        valueInfo(
          name,
          onnxType[type],
          dims.map((dimParam) => ({ dimParam })),
        ),
      ),
      output: [valueInfo('logits', onnxType.float32, [{ dimParam: 'batch' }, { dimValue: labelCount }])],
    },
  })
  return onnx.ModelProto.encode(model).finish()
}
