/** Sizes of the batch inside a graph: each is computed once, from what the graph is given, and multiplied as rules say. */
import { addIntegers, addNode, type Graph } from './graph.ts'
import type { SizeName, SizeRule } from './sizes.ts'

/** Which axis of which input is a size; or of which sizes it is the product. */
export type SizeSource = { input: string; axis: number } | readonly SizeName[]

export class GraphSizes {
  readonly #graph: Graph
  readonly #sources: Readonly<Record<SizeName, SizeSource>>
  readonly #made = new Set<string>()

  constructor(graph: Graph, sources: Readonly<Record<SizeName, SizeSource>>) {
    this.#graph = graph
    this.#sources = sources
  }

  /** An int64 vector with one number for each rule. */
  vector(rules: readonly SizeRule[]): string {
    const words = rules.map(({ factor, by }) => [factor, ...by].join('·'))
    return this.#once(`sizes.${words.join('.')}`, (output) =>
      addNode(
        this.#graph,
        'Concat',
        rules.map((rule) => this.one(rule)),
        output,
        { axis: 0 },
      ),
    )
  }

  /** One number, as a vector of length 1. */
  one({ factor, by }: SizeRule): string {
    const factors = [...by.map((name) => this.#size(name)), ...(factor === 1 && by.length > 0 ? [] : [addIntegers(this.#graph, [factor])])]
    return factors.reduce((a, b) => this.#once(`${a}·${b}`, (output) => addNode(this.#graph, 'Mul', [a, b], output)))
  }

  #size(name: SizeName): string {
    const source = this.#sources[name]
    if (!('input' in source)) return this.one({ factor: 1, by: source })
    const shape = this.#once(`shape.${source.input}`, (output) => addNode(this.#graph, 'Shape', [source.input], output))
    return this.#once(name, (output) =>
      addNode(this.#graph, 'Gather', [shape, addIntegers(this.#graph, [source.axis])], output, { axis: 0 }),
    )
  }

  #once(name: string, make: (output: string) => void): string {
    if (!this.#made.has(name)) {
      this.#made.add(name)
      make(name)
    }
    return name
  }
}
