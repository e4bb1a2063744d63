/**
 * Operators that an execution provider has no kernel for, in words that it has. Models and fused operations are written
 * once, in the words that are fastest on the CPU; this rewrite is the only place that knows what a device lacks. Without
 * it such an operator would run on the CPU and drag its inputs through the host, which sessions on a device refuse.
 */
import type { Device } from '../../shared/domain/device.ts'
import type { Attribute, LazyNode, LazyValue } from './graph.ts'
import { scalar } from './graph.ts'
import { exp, matMul, multiply, reduce, subtract, transpose, unary } from './operators.ts'

type Lowering = (node: LazyNode) => LazyValue

const webgpu: Readonly<Record<string, Lowering>> = {
  FusedMatMul: ({ inputs: [a, b], attributes }) => {
    const product = matMul(attributes['transA'] ? swapLastAxes(a!) : a!, attributes['transB'] ? swapLastAxes(b!) : b!)
    const alpha = floatOf(attributes['alpha'])
    return alpha === 1 ? product : multiply(product, scalar(alpha))
  },
  LogSoftmax: ({ inputs: [x] }) => {
    const last = [x!.shape.length - 1]
    const shifted = subtract(x!, reduce('ReduceMax', x!, last, true))
    return subtract(shifted, unary('Log', reduce('ReduceSum', exp(shifted), last, true)))
  },
}

/** `nodes` in topological order; returns the same graph in operators that `device` has. CUDA has the CPU's. */
export function lower(nodes: readonly LazyNode[], device: Device): readonly LazyNode[] {
  if (device !== 'webgpu') return nodes
  return nodes.flatMap((node) => {
    const lowering = webgpu[node.operator]
    return lowering ? expand(node, lowering(node)) : [node]
  })
}

/** The nodes that compute `replacement` from the inputs of `node`; the last one stands in for `node`. */
function expand(node: LazyNode, replacement: LazyValue): LazyNode[] {
  const known = new Set(node.inputs)
  const nodes: LazyNode[] = []
  const visit = ({ source }: LazyValue): void => {
    if (source.kind !== 'node' || nodes.includes(source.node)) return
    for (const input of source.node.inputs) if (!known.has(input)) visit(input)
    nodes.push(source.node)
  }
  visit(replacement)
  const last = nodes.pop()!
  return [...nodes, { ...last, outputs: node.outputs }]
}

function swapLastAxes(x: LazyValue): LazyValue {
  const axes = x.shape.map((_, axis) => axis)
  return transpose(x, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!])
}

const floatOf = (attribute: Attribute | undefined): number => (typeof attribute === 'object' && 'float' in attribute ? attribute.float : 1)
