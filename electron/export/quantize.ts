/**
 * Weights and products in 8 bits, as ONNX Runtime's `quantize_dynamic` does it: a weight is rounded once, per output
 * column; what it is multiplied with is rounded while the model runs, by the range that it then has
 * (DynamicQuantizeLinear → MatMulInteger → scale). Tables that are only looked up are rounded as a whole.
 */
import {
  addInitializer,
  addNode,
  attributeOf,
  dimsOf,
  dropUnused,
  floatsOf,
  onnxType,
  weightOf,
  type Graph,
  type Initializer,
  type Node,
} from '../onnx/graph.ts'
import { transpose } from '../onnx/fold-weights.ts'

/**
 * Largest magnitude of a rounded weight that is multiplied. Not 127: CPUs without VNNI add two products of 8-bit numbers in
 * 16 bits, and 2 · 255 · 64 is the most that fits (quantize_dynamic calls it reduce_range).
 */
const largestFactor = 64
/** Of a rounded number that is only looked up. */
const largestEntry = 127

/** The same model with 8-bit weights. Inputs and outputs stay what they are. */
export function quantize(graph: Graph): Graph {
  const result: Graph = { ...graph, nodes: [], initializers: new Map(graph.initializers) }
  const products = new ProductWriter(result)
  for (const node of graph.nodes) {
    const [first, second] = node.input!
    const table = node.opType === 'Gather' ? weightOf(graph, first) : null
    const factor = node.opType === 'Gemm' || node.opType === 'MatMul' ? weightOf(graph, second) : null
    if (table) lookUp(result, node, table)
    else if (factor && attributeOf(node, 'transA', 0) === 0) products.write(node, factor)
    else result.nodes.push(node)
  }
  return dropUnused(result)
}

/** Gather of rounded rows, then DequantizeLinear. */
function lookUp(graph: Graph, node: Node, table: Initializer): void {
  const name = table.name!
  const { data, scales } = roundColumns(floatsOf(table), 1, largestEntry)
  addInitializer(graph, `${name}.int8`, 'int8', dimsOf(table), data)
  addInitializer(graph, `${name}.scale`, 'float32', [], scales)
  addInitializer(graph, `${name}.zero`, 'int8', [], Int8Array.of(0))
  const output = node.output![0]!
  graph.nodes.push({ ...node, input: [`${name}.int8`, node.input![1]!], output: [`${output}.int8`] })
  addNode(graph, 'DequantizeLinear', [`${output}.int8`, `${name}.scale`, `${name}.zero`], output)
}

class ProductWriter {
  readonly #graph: Graph
  /** What was already rounded: several layers read the same value. */
  readonly #rounded = new Set<string>()

  constructor(graph: Graph) {
    this.#graph = graph
  }

  /** MatMul, or Gemm with its factors and bias, by a constant weight. */
  write(node: Node, weight: Initializer): void {
    const graph = this.#graph
    const [a, , bias] = node.input!
    const output = node.output![0]!
    this.#roundActivation(a!)
    const { integers, scale } = this.#roundWeight(node, weight, output)
    const product = addNode(graph, 'MatMulInteger', [`${a}.uint8`, integers, `${a}.zero`], `${output}.int32`)
    const real = addNode(graph, 'Cast', [product], `${output}.unscaled`, { to: onnxType.float32 })
    const scales = addNode(graph, 'Mul', [`${a}.scale`, scale], `${output}.scales`)
    addNode(graph, 'Mul', [real, scales], bias ? `${output}.product` : output)
    if (bias) addNode(graph, 'Add', [`${output}.product`, this.#scaledBias(bias, attributeOf(node, 'beta', 1))], output)
  }

  #roundActivation(name: string): void {
    if (this.#rounded.has(name)) return
    this.#rounded.add(name)
    this.#graph.nodes.push({
      opType: 'DynamicQuantizeLinear',
      input: [name],
      output: [`${name}.uint8`, `${name}.scale`, `${name}.zero`],
    })
  }

  /** The weight as [… inputs, outputs] and one scale for each output, Gemm's alpha included. */
  #roundWeight(node: Node, weight: Initializer, output: string): { integers: string; scale: string } {
    const isTransposed = attributeOf(node, 'transB', 0) === 1
    const { dims, data: floats } = isTransposed
      ? transpose(floatsOf(weight), dimsOf(weight), [1, 0])
      : { dims: dimsOf(weight), data: floatsOf(weight) }
    const [inputs, outputs] = dims.slice(-2) as [number, number]
    const matrixSize = inputs * outputs
    const integers = new Int8Array(floats.length)
    const scales = new Float32Array(floats.length / inputs)
    for (let matrix = 0; matrix * matrixSize < floats.length; matrix++) {
      const rounded = roundColumns(floats.subarray(matrix * matrixSize, (matrix + 1) * matrixSize), outputs, largestFactor)
      integers.set(rounded.data, matrix * matrixSize)
      scales.set(rounded.scales, matrix * outputs)
    }
    const alpha = attributeOf(node, 'alpha', 1)
    // Of a plain matrix a vector, as ONNX Runtime's fused kernels want it.
    const scaleDims = dims.length === 2 ? [outputs] : [...dims.slice(0, -2), 1, outputs]
    return {
      integers: addInitializer(this.#graph, `${output}.weight`, 'int8', dims, integers),
      scale: addInitializer(
        this.#graph,
        `${output}.weight_scale`,
        'float32',
        scaleDims,
        scales.map((scale) => scale * alpha),
      ),
    }
  }

  #scaledBias(name: string, beta: number): string {
    const bias = weightOf(this.#graph, name)
    if (beta === 1) return name
    if (!bias) throw new Error('A bias that is scaled must be a constant')
    return addInitializer(
      this.#graph,
      `${name}.scaled`,
      'float32',
      dimsOf(bias),
      floatsOf(bias).map((value) => value * beta),
    )
  }
}

/** Each of `columns` columns as whole numbers up to ±`largest` and the factor that makes it what it was. A column of zeros has the factor 1. */
function roundColumns(values: Float32Array, columns: number, largest: number): { data: Int8Array; scales: Float32Array } {
  const scales = new Float32Array(columns)
  for (let index = 0; index < values.length; index++) {
    const column = index % columns
    scales[column] = Math.max(scales[column]!, Math.abs(values[index]!))
  }
  for (let column = 0; column < columns; column++) scales[column] = scales[column]! / largest || 1
  const data = new Int8Array(values.length)
  for (let index = 0; index < values.length; index++) data[index] = Math.round(values[index]! / scales[index % columns]!)
  return { data, scales }
}
