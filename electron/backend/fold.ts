/**
 * The one rewrite made before encoding: Add(Gemm(a, b), x) → Gemm(a, b, x), which spares a pass over memory. It
 * mostly meets sums of gradients, one for each user of a value. The rest is left to ONNX Runtime's own optimizer.
 */
import { sameShape } from './operators.ts'
import type { LazyNode, LazyValue } from './graph.ts'

/** `nodes` in topological order; returns the same graph with fewer nodes. `outputs` stay what they are. */
export function foldAddsIntoGemm(nodes: readonly LazyNode[], outputs: readonly LazyValue[]): LazyNode[] {
  const uses = new Map<LazyValue, number>()
  for (const value of [...nodes.flatMap((node) => node.inputs), ...outputs]) uses.set(value, (uses.get(value) ?? 0) + 1)

  const producer = new Map<LazyValue, LazyNode>()
  const folded = new Set<LazyNode>()
  const result = nodes.map((node) => {
    const rewritten = node.operator === 'Add' ? foldAdd(node) : node
    for (const output of rewritten.outputs) producer.set(output, rewritten)
    return rewritten
  })
  return result.filter((node) => !folded.has(node))

  function foldAdd(node: LazyNode): LazyNode {
    const [left, right] = node.inputs as [LazyValue, LazyValue]
    for (const [product, addend] of [
      [left, right],
      [right, left],
    ] as const) {
      const gemm = producer.get(product)
      if (gemm?.operator !== 'Gemm' || gemm.inputs.length !== 2 || uses.get(product) !== 1 || !sameShape(product.shape, addend.shape))
        continue
      folded.add(gemm)
      return { ...gemm, inputs: [...gemm.inputs, addend], outputs: node.outputs }
    }
    return node
  }
}
