/** Encodes a plan as an ONNX model (protobuf). Inputs are named `L0`, `L1` …, outputs `O0`, `O1` … in the plan's order. */
import onnxProto from 'onnx-proto'
import type { onnx as onnxTypes } from 'onnx-proto'
import type { Attribute, ElementType, LazyNode, LazyValue } from './graph.ts'
import { openShape, type Plan } from './plan.ts'

const { onnx } = onnxProto
export const elementTypes = { float32: 1, int32: 6, int64: 7, bool: 9 } as const satisfies Record<ElementType, number>
const irVersion = 9
const opsetVersion = 21

export function encodeModel(plan: Plan): Uint8Array {
  const constants = new Map<LazyValue, string>()
  const names = new Map<LazyValue, string>()
  for (const [index, value] of plan.leaves.entries()) names.set(value, `L${index}`)
  for (const [index, value] of plan.outputs.entries()) names.set(value, `O${index}`)
  const used = new Set(plan.nodes.flatMap((node) => node.inputs))

  const nameOf = (value: LazyValue): string => {
    let name = names.get(value)
    if (name === undefined) {
      const isConstant = value.source.kind === 'constant'
      name = isConstant ? `C${constants.size}` : `V${names.size}`
      if (isConstant) constants.set(value, name)
      names.set(value, name)
    }
    return name
  }
  const node = plan.nodes.map((recorded) => encodeNode(recorded, nameOf, (value) => used.has(value) || plan.outputs.includes(value)))

  const graph = onnx.GraphProto.create({
    name: 'graph',
    node,
    initializer: [...constants].map(([value, name]) => encodeConstant(value, name)),
    input: plan.leaves.map((value) => valueInfo(nameOf(value), value.type, openShape(value))),
    output: plan.outputs.map((value) =>
      valueInfo(
        nameOf(value),
        value.type,
        value.shape.map(() => null),
      ),
    ),
  })
  const opsetImport = [
    { domain: '', version: opsetVersion },
    { domain: 'com.microsoft', version: 1 },
  ]
  return onnx.ModelProto.encode(onnx.ModelProto.create({ irVersion, opsetImport, graph })).finish()
}

export function encodeNode(
  node: LazyNode,
  nameOf: (value: LazyValue) => string,
  isWanted: (value: LazyValue) => boolean,
): onnxTypes.INodeProto {
  // All outputs but the first are optional.
  const output = node.outputs.map((value, index) => (index === 0 || isWanted(value) ? nameOf(value) : ''))
  while (output.at(-1) === '') output.pop()
  return {
    opType: node.operator,
    domain: node.domain,
    input: node.inputs.map(nameOf),
    output,
    attribute: Object.entries(node.attributes).map(([name, attribute]) => encodeAttribute(name, attribute)),
  }
}

export function encodeAttribute(name: string, attribute: Attribute): onnxTypes.IAttributeProto {
  const { AttributeType } = onnx.AttributeProto
  if (typeof attribute === 'number') return { name, type: AttributeType.INT, i: attribute }
  if ('float' in attribute) return { name, type: AttributeType.FLOAT, f: attribute.float }
  return { name, type: AttributeType.INTS, ints: [...attribute] }
}

export function encodeConstant(value: LazyValue, name: string): onnxTypes.ITensorProto {
  if (value.source.kind !== 'constant') throw new Error(`${name} is not a constant`)
  const { buffer, byteOffset, byteLength } = value.source.data
  return { name, dataType: elementTypes[value.type], dims: [...value.shape], rawData: new Uint8Array(buffer, byteOffset, byteLength) }
}

function valueInfo(name: string, type: ElementType, shape: readonly (number | null)[]): onnxTypes.IValueInfoProto {
  const dim = shape.map((dimValue) => (dimValue === null ? {} : { dimValue }))
  return { name, type: { tensorType: { elemType: elementTypes[type], shape: { dim } } } }
}
