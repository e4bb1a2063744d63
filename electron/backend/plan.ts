/**
 * From the wanted values to an ordered list of nodes and a structural key. Two graphs with equal keys are the same
 * ONNX model, whatever the content of their leaves and the shapes of their elastic ones: the key is what sessions are
 * cached by.
 */
import { createHash } from 'node:crypto'
import type { Device } from '../../shared/domain/device.ts'
import { foldAddsIntoGemm } from './fold.ts'
import type { LazyNode, LazyValue } from './graph.ts'
import { lower } from './lowering.ts'

export interface Plan {
  /** Each node comes after those it reads from. */
  nodes: readonly LazyNode[]
  /** Fed at each run, in the order of first use. */
  leaves: readonly LazyValue[]
  outputs: readonly LazyValue[]
  /** SHA-256 of the structure, hex. */
  key: string
}

/** `outputs` must be values of nodes, no two the same (see executor.ts). */
export function makePlan(outputs: readonly LazyValue[], device: Device = 'cpu'): Plan {
  const nodes = foldAddsIntoGemm(lower(sortNodes(outputs), device), outputs)
  const leaves = new Map<LazyValue, number>()
  const produced = new Map<LazyValue, string>()
  const hash = createHash('sha256')

  const describe = (value: LazyValue): string => {
    const { source } = value
    if (source.kind === 'node') return produced.get(value)!
    if (source.kind === 'constant') return `=${source.key}`
    if (source.kind === 'host') throw new Error('A value computed on the host cannot be an input of a graph')
    if (!leaves.has(value)) leaves.set(value, leaves.size)
    return `L${leaves.get(value)}:${value.type}[${openShape(value)}]`
  }

  for (const [index, node] of nodes.entries()) {
    hash.update(`${node.domain}.${node.operator}(${node.inputs.map(describe).join(',')})${JSON.stringify(node.attributes)}\n`)
    for (const [output, value] of node.outputs.entries()) produced.set(value, `${index}.${output}`)
  }
  hash.update(`>${outputs.map(describe).join(',')}`)
  return { nodes, leaves: [...leaves.keys()], outputs, key: hash.digest('hex') }
}

/** Depth-first and without recursion: graphs are thousands of nodes deep. */
function sortNodes(outputs: readonly LazyValue[]): LazyNode[] {
  const sorted: LazyNode[] = []
  const done = new Set<LazyNode>()
  const stack: { node: LazyNode; nextInput: number }[] = []
  const visit = (value: LazyValue): void => {
    if (value.source.kind === 'node' && !done.has(value.source.node)) stack.push({ node: value.source.node, nextInput: 0 })
  }
  for (const output of outputs) {
    visit(output)
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const input = top.node.inputs[top.nextInput++]
      if (input) visit(input)
      else {
        stack.pop()
        if (!done.has(top.node)) sorted.push(top.node)
        done.add(top.node)
      }
    }
  }
  return sorted
}

/** The shape as the model states it: null where it is left open. */
export function openShape({ shape, source }: LazyValue): (number | null)[] {
  return shape.map((dimension) => (source.kind === 'leaf' && source.isElastic ? null : dimension))
}
