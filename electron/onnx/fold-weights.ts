/**
 * Reshapes and transposes of weights, done once at export instead of at every load: what multiplies a weight then has the
 * weight itself as its input, which is what quantisation looks for.
 */
import { addInitializer, dimsOf, floatsOf, integersOf, weightOf, type Graph, type Initializer, type Node } from './graph.ts'

/** The same graph without the nodes that only rearrange weights. */
export function foldWeights(graph: Graph): Graph {
  const folded: Graph = { ...graph, nodes: [], initializers: new Map(graph.initializers) }
  for (const node of graph.nodes) {
    const weight = weightOf(folded, node.input?.[0])
    const output = node.output![0]!
    if (weight && node.opType === 'Reshape' && reshapeWeight(folded, node, weight, output)) continue
    if (weight && node.opType === 'Transpose') transposeWeight(folded, node, weight, output)
    else folded.nodes.push(node)
  }
  return folded
}

function reshapeWeight(graph: Graph, node: Node, weight: Initializer, output: string): boolean {
  const shape = graph.initializers.get(node.input![1]!)
  const dims = shape ? integersOf(shape) : null
  if (dims === null || dims.some((size) => size <= 0)) return false
  addInitializer(graph, output, 'float32', dims, floatsOf(weight))
  return true
}

function transposeWeight(graph: Graph, node: Node, weight: Initializer, output: string): void {
  const perm = (node.attribute?.find(({ name }) => name === 'perm')?.ints ?? []).map(Number)
  const { dims, data } = transpose(floatsOf(weight), dimsOf(weight), perm)
  addInitializer(graph, output, 'float32', dims, data)
}

/** `data` of shape `dims` with its axes in the order `perm`. */
export function transpose(data: Float32Array, dims: readonly number[], perm: readonly number[]): { dims: number[]; data: Float32Array } {
  const strides = dims.map((_, axis) => dims.slice(axis + 1).reduce((product, size) => product * size, 1))
  const newDims = perm.map((axis) => dims[axis]!)
  const steps = perm.map((axis) => strides[axis]!)
  const result = new Float32Array(data.length)
  const at = newDims.map(() => 0)
  let from = 0
  for (let to = 0; to < result.length; to++) {
    result[to] = data[from]!
    for (let axis = at.length - 1; axis >= 0; axis--) {
      from += steps[axis]!
      if (++at[axis]! < newDims[axis]!) break
      from -= steps[axis]! * newDims[axis]!
      at[axis] = 0
    }
  }
  return { dims: newDims, data: result }
}
