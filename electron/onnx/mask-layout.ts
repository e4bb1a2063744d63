/**
 * The beginning of an exported graph: from `input_ids` and `attention_mask` to what `forward()` is fed with in training
 * (engine/packing.ts, engine/batch-buffers.ts). Nothing is packed here: the flat matrix holds every place of the grid,
 * padding included, in order of position, so that the first tokens of all rows come first. All index tensors are then
 * permutations of 0, 1, 2 …; only those that the model reads are written.
 */
import type { LayoutPart } from '../engine/batch-buffers.ts'
import { addInitializer, addIntegers, addNode, onnxType, type Graph } from './graph.ts'
import { GraphSizes } from './graph-sizes.ts'
import type { Layout } from './layout.ts'
import type { SizeRule } from './sizes.ts'

/**
 * Added to the scores of padding. Softmax makes exactly 0 of it in float32 and float16 alike, and it is a number that
 * float16 has.
 */
const maskedScore = 1e4

export class MaskLayout implements Layout {
  readonly #graph: Graph
  readonly #heads: number
  readonly #sizes: GraphSizes
  readonly #made = new Map<string, string>()

  constructor(graph: Graph, heads: number) {
    this.#graph = graph
    this.#heads = heads
    for (const name of ['input_ids', 'attention_mask']) graph.inputs.push({ name, type: 'int64', dims: ['batch', 'sequence'] })
    this.#sizes = new GraphSizes(graph, {
      rows: { input: 'input_ids', axis: 0 },
      length: { input: 'input_ids', axis: 1 },
      flat: ['rows', 'length'],
    })
  }

  part(name: LayoutPart): string {
    return this.#once(`layout.${name}`, (output) => this.#parts[name](output))
  }

  sizes(rules: readonly SizeRule[]): string {
    return this.#sizes.vector(rules)
  }

  readonly #parts: Record<LayoutPart, (output: string) => string> = {
    ids: (output) => this.#flattened(this.#node('Transpose', ['input_ids'], 'layout.transposed_ids', { perm: [1, 0] }), output),
    // Flat row f holds the position ⌊f / rows⌋.
    positions: (output) => this.#node('Div', [this.#range(1), this.#sizes.one(rows)], output),
    placeOf: (output) => this.#flattened(this.#permuted('places', 1, [rows, length], [1, 0]), output),
    flatOf: () => this.#permuted('flat_rows', 1, [length, rows], [1, 0]),
    headPlaceOf: (output) => this.#flattened(this.#permuted('head_places', this.#heads, [rows, this.#headRule, length], [2, 0, 1]), output),
    headFlatOf: () => this.#permuted('head_flat_rows', this.#heads, [length, rows, this.#headRule], [1, 2, 0]),
    mask: (output) => {
      const one = addInitializer(this.#graph, 'one', 'float32', [], Float32Array.of(1))
      const factor = addInitializer(this.#graph, 'masked_score', 'float32', [], Float32Array.of(maskedScore))
      const present = this.#node('Cast', ['attention_mask'], 'layout.present', { to: onnxType.float32 })
      const scores = this.#node('Mul', [this.#node('Sub', [present, one], 'layout.absent'), factor], 'layout.scores')
      return this.#node('Unsqueeze', [scores, addIntegers(this.#graph, [1, 2])], output)
    },
  }

  get #headRule(): SizeRule {
    return { factor: this.#heads, by: [] }
  }

  /** 0, 1, 2 … as a grid of `shape`, its axes then permuted. */
  #permuted(name: string, perPlace: number, shape: readonly SizeRule[], perm: readonly number[]): string {
    const grid = this.#node('Reshape', [this.#range(perPlace), this.sizes(shape)], `layout.${name}.grid`)
    return this.#node('Transpose', [grid], `layout.${name}`, { perm })
  }

  #flattened(grid: string, output: string): string {
    return this.#node('Reshape', [grid, addIntegers(this.#graph, [-1])], output)
  }

  /** 0, 1, 2 … `perPlace` for each place of the grid. */
  #range(perPlace: number): string {
    return this.#once(`range.${perPlace}`, (output) => {
      const count = this.#sizes.one({ factor: perPlace, by: ['flat'] })
      const scalar = (value: number): string => addInitializer(this.#graph, `scalar.${value}`, 'int64', [], BigInt64Array.of(BigInt(value)))
      const limit = this.#node('Squeeze', [count, addIntegers(this.#graph, [0])], `${output}.limit`)
      return this.#node('Range', [scalar(0), limit, scalar(1)], output)
    })
  }

  #node(...[operator, inputs, output, attributes]: [string, readonly string[], string, Parameters<typeof addNode>[4]?]): string {
    return addNode(this.#graph, operator, inputs, output, attributes)
  }

  #once(key: string, make: (output: string) => string): string {
    let name = this.#made.get(key)
    if (name === undefined) {
      name = make(key)
      this.#made.set(key, name)
    }
    return name
  }
}

const rows: SizeRule = { factor: 1, by: ['rows'] }
const length: SizeRule = { factor: 1, by: ['length'] }
