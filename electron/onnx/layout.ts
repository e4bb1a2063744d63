/** Where a recorded graph has from what the engine fills in for each batch: the layout of its tokens, and its sizes. */
import type { LayoutPart } from '../engine/batch-buffers.ts'
import { type Graph, type GraphInput } from './graph.ts'
import { GraphSizes } from './graph-sizes.ts'
import type { SizeRule } from './sizes.ts'

export interface Layout {
  /** The name of a part; its nodes are added to the graph when it is first asked for. */
  part(name: LayoutPart): string
  /** The name of an int64 vector of sizes that follow the batch. */
  sizes(rules: readonly SizeRule[]): string
}

const partInputs: Record<LayoutPart, Omit<GraphInput, 'name'>> = {
  ids: { type: 'int32', dims: ['flat'] },
  positions: { type: 'int32', dims: ['flat'] },
  placeOf: { type: 'int32', dims: ['flat'] },
  flatOf: { type: 'int32', dims: ['rows', 'length'] },
  headPlaceOf: { type: 'int32', dims: ['flat_heads'] },
  headFlatOf: { type: 'int32', dims: ['rows', 'heads', 'length'] },
  mask: { type: 'float32', dims: ['rows', 'one', 'one', 'length'] },
}

/** All parts are inputs: whoever runs the graph packs its batches as training does. */
export class InputLayout implements Layout {
  readonly #graph: Graph
  readonly #sizes: GraphSizes

  constructor(graph: Graph) {
    this.#graph = graph
    this.#sizes = new GraphSizes(graph, {
      rows: { input: this.part('mask'), axis: 0 },
      length: { input: this.part('mask'), axis: 3 },
      flat: { input: this.part('ids'), axis: 0 },
    })
  }

  part(name: LayoutPart): string {
    if (!this.#graph.inputs.some((input) => input.name === name)) this.#graph.inputs.push({ name, ...partInputs[name] })
    return name
  }

  sizes(rules: readonly SizeRule[]): string {
    return this.#sizes.vector(rules)
  }
}
