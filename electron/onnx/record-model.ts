/**
 * The classifier as one ONNX graph, recorded from the engine's own `forward()`: there is no second description of the
 * model. A recording has the sizes of its batch written into every shape; recorded at several sizes, each number tells how
 * it follows from them (`sizes.ts`), and the graph gets it from its inputs. What the engine feeds a graph with beside the
 * weights, the layout of the tokens, is either an input of the graph too, or computed by it (`layout.ts`, `mask-layout.ts`).
 */
import {
  createBackend,
  encodeConstant,
  encodeNode,
  lazy,
  leaf,
  makePlan,
  tensorOf,
  tf,
  type LazyValue,
  type Plan,
} from '../backend/index.ts'
import type { TokenLayout } from '../backend/index.ts'
import type { LayoutPart } from '../engine/batch-buffers.ts'
import { forward } from '../engine/model.ts'
import { parameterSpecs } from '../engine/parameter-specs.ts'
import type { ModelConfig } from '../../shared/domain/model-config.ts'
import { foldWeights } from './fold-weights.ts'
import { addInitializer, addIntegers, dropUnused, type Graph } from './graph.ts'
import type { Layout } from './layout.ts'
import { recordedSizes, sizeRules, type RecordedSize, type SizeRule } from './sizes.ts'

interface Recording {
  plan: Plan
  /** What the engine fills in for each batch. */
  layout: ReadonlyMap<LazyValue, LayoutPart>
  parameters: ReadonlyMap<LazyValue, string>
}

/** The parameters of a classifier by name, in the shapes of `parameterSpecs`. */
export type Weights = (name: string) => Float32Array

/** The graph of the classifier of `config` with these weights, which it holds without copying them, on a layout of this kind. */
export function recordModel(config: ModelConfig, weights: Weights, LayoutKind: new (graph: Graph, heads: number) => Layout): Graph {
  const [recording, ...others] = recordedSizes.map((size) => record(config, weights, size)) as [Recording, ...Recording[]]
  const { plan } = recording
  if (others.some((other) => other.plan.key !== plan.key)) throw new Error('The recording of the model depends on the size of its batch')
  const graph: Graph = { inputs: [], nodes: [], initializers: new Map() }
  return assemble(graph, new LayoutKind(graph, config.nHeads), recording, [recording, ...others])
}

/** One pass of `forward` over a batch of this size. */
function record(config: ModelConfig, weights: Weights, { rows, length, flat }: RecordedSize): Recording {
  createBackend({ threads: 1 })
  const heads = config.nHeads
  const shapes = new Map(parameterSpecs(config).map(({ name, shape }) => [name, shape]))
  const layout = new Map<LazyValue, LayoutPart>()
  const parameters = new Map<LazyValue, string>()
  const part = (name: LayoutPart, shape: readonly number[]): tf.Tensor => {
    const size = shape.reduce((product, dimension) => product * dimension, 1)
    const isFloat = name === 'mask'
    const value = leaf(isFloat ? new Float32Array(size) : new Int32Array(size), shape, isFloat ? 'float32' : 'int32', { isElastic: true })
    layout.set(value, name)
    return tensorOf(value)
  }
  const parameter = (name: string): tf.Tensor => {
    const value = leaf(weights(name), shapes.get(name)!, 'float32')
    parameters.set(value, name)
    return tensorOf(value)
  }
  let plan: Plan | undefined
  tf.tidy(() => {
    const tokens: TokenLayout = {
      rows,
      length,
      flat,
      heads,
      ids: part('ids', [flat]),
      positions: part('positions', [flat]),
      placeOf: part('placeOf', [flat]),
      flatOf: part('flatOf', [rows, length]),
      headPlaceOf: part('headPlaceOf', [flat * heads]),
      headFlatOf: part('headFlatOf', [rows, heads, length]),
      // Only gradients read it.
      positionSums: tf.zeros([length, flat]),
    }
    const mask = part('mask', [rows, 1, 1, length])
    const logits = forward(config, { layout: tokens, mask, parameter, dropout: () => null, wholeLastLayer: false })
    // WebGPU's operators are the standard's own: ONNX Runtime's additions are written out.
    plan = makePlan([lazy(logits)], 'webgpu')
  })
  return { plan: plan!, layout, parameters }
}

function assemble(graph: Graph, source: Layout, { plan, layout, parameters }: Recording, recordings: readonly Recording[]): Graph {
  const names = new Map<LazyValue, string>([[plan.outputs[0]!, 'logits']])
  const shapesRead = new Set(plan.nodes.filter(({ operator }) => operator === 'Reshape').map(({ inputs }) => inputs[1]!))

  const nameOfLeaf = (value: LazyValue): string => {
    const parameter = parameters.get(value)
    if (parameter !== undefined && value.source.kind === 'leaf')
      return addInitializer(graph, parameter, 'float32', value.shape, value.source.data as Float32Array)
    const part = layout.get(value)
    if (part !== undefined) return source.part(part)
    if (value.type !== 'int64') throw new Error('The model reads a buffer that the export does not know')
    const index = plan.leaves.indexOf(value)
    const rules = sizeRules(recordings.map((recording) => numbersOf(recording.plan.leaves[index]!)))
    return nameOfSizes(rules, shapesRead.has(value))
  }
  const nameOfSizes = (rules: readonly SizeRule[], isShape: boolean): string => {
    const followers = rules.filter(({ by }) => by.length > 0).length
    if (followers === 0)
      return addIntegers(
        graph,
        rules.map(({ factor }) => factor),
      )
    // A reshape finds one unknown size by itself.
    if (isShape && followers === 1)
      return addIntegers(
        graph,
        rules.map(({ factor, by }) => (by.length > 0 ? -1 : factor)),
      )
    return source.sizes(rules)
  }
  const nameOf = (value: LazyValue): string => {
    let name = names.get(value)
    if (name !== undefined) return name
    if (value.source.kind === 'leaf') name = nameOfLeaf(value)
    else if (value.source.kind === 'constant') {
      name = `constant.${names.size}`
      graph.initializers.set(name, encodeConstant(value, name))
    } else name = `value.${names.size}`
    names.set(value, name)
    return name
  }

  for (const node of plan.nodes) {
    // Naming the inputs adds the layout's nodes: before the node that reads them.
    const encoded = encodeNode(node, nameOf, (value) => names.has(value))
    graph.nodes.push(encoded)
  }
  return dropUnused(foldWeights(graph))
}

function numbersOf({ source }: LazyValue): number[] {
  if (source.kind !== 'leaf') throw new Error('Not a leaf')
  return Array.from(source.data as BigInt64Array, Number)
}
