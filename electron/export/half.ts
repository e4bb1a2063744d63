/**
 * Weights and computation in float16, as onnxconverter-common does it: inputs and outputs keep their types, and between
 * them everything is float16 but LayerNormalization and Softmax, whose sums and small numbers float16 cannot hold (an
 * epsilon of 1e-12 is 0 there). For devices that compute in float16; a CPU turns it back into float32 as it goes.
 */
import { addInitializer, dimsOf, floatsOf, makeNode, onnxType, type Graph, type Node } from '../onnx/graph.ts'

/** Computed in float32, with casts before and after. */
const keptInFloat32 = new Set(['LayerNormalization', 'Softmax'])

/** The same model in float16. */
export function toHalf(graph: Graph): Graph {
  const result: Graph = { ...graph, nodes: [], initializers: new Map() }
  const keptWeights = new Set(graph.nodes.filter(({ opType }) => keptInFloat32.has(opType!)).flatMap((node) => node.input!.slice(1)))
  for (const [name, initializer] of graph.initializers) {
    const isFloat = initializer.dataType === onnxType.float32
    if (isFloat && !keptWeights.has(name))
      addInitializer(result, name, 'float16', dimsOf(initializer), toHalfNumbers(floatsOf(initializer)))
    else result.initializers.set(name, initializer)
  }
  for (const node of graph.nodes) {
    if (keptInFloat32.has(node.opType!)) result.nodes.push(...inFloat32(node))
    else result.nodes.push(withHalfCasts(node))
  }
  return withFloatOutput(result)
}

function inFloat32(node: Node): Node[] {
  const [input, ...others] = node.input as string[]
  const output = node.output![0]!
  const name = (part: string): string => `${output}.${part}`
  return [
    makeNode('Cast', [input!], [name('float_input')], { to: onnxType.float32 }),
    { ...node, input: [name('float_input'), ...others], output: [name('float_output')] },
    makeNode('Cast', [name('float_output')], [output], { to: onnxType.float16 }),
  ]
}

/** What was cast to float32 is cast to float16. */
function withHalfCasts(node: Node): Node {
  const to = node.attribute?.find(({ name }) => name === 'to')
  return node.opType === 'Cast' && Number(to?.i) === onnxType.float32
    ? makeNode('Cast', node.input!, node.output!, { to: onnxType.float16 })
    : node
}

function withFloatOutput(graph: Graph): Graph {
  const nodes = graph.nodes.map((node) => (node.output!.includes('logits') ? { ...node, output: ['logits.half'] } : node))
  return { ...graph, nodes: [...nodes, makeNode('Cast', ['logits.half'], ['logits'], { to: onnxType.float32 })] }
}

/** IEEE 754 half precision, rounded to the nearest and to even between two; what is too large becomes the largest, 65504. */
export function toHalfNumbers(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length)
  return Uint16Array.from(words, (word, index) => {
    const sign = (word >>> 16) & 0x8000
    const magnitude = word & 0x7fffffff
    if (magnitude >= 0x477ff000) return sign | 0x7bff
    // Below 2⁻¹⁴ halves are evenly spaced, 2⁻²⁴ apart.
    if (magnitude < 0x38800000) return sign | roundToEven(Math.abs(values[index]!) * 2 ** 24)
    // 13 bits fall off; a mantissa that rounds up carries into the exponent, as it should. 112: the difference of the biases.
    return sign | ((magnitude + 0xfff + ((magnitude >>> 13) & 1) - (112 << 23)) >>> 13)
  })
}

function roundToEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1
  return below % 2 === 0 ? below : below + 1
}
