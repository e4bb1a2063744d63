/**
 * Cuts the flat gradient into buckets, each reduced by one collective: one per parameter would cost a ring's latency
 * every time, one for all could only start when the last gradient is there. Buckets follow the reverse order of
 * registration, in which the backward pass completes the gradients (roughly), so the first can leave while it still runs.
 */

/** What is to be known of a parameter arena; `ParameterArena` is one. Parameters lie in order of registration. */
export interface ArenaLayout {
  /** `size` in elements. */
  readonly specs: readonly { name: string; size: number }[]
  /** Index of each parameter's first element in the flat vectors. */
  readonly offsets: ReadonlyMap<string, number>
}

export interface Bucket {
  index: number
  /** Of the flat gradient, in elements; gaps between its parameters are part of it. */
  start: number
  end: number
  /** In the order in which their gradients are expected. */
  names: string[]
}

// region plan
/** Contiguous ranges of at most `capBytes`, except that a larger parameter is a bucket of its own. */
export function planBuckets({ specs, offsets }: ArenaLayout, capBytes: number): Bucket[] {
  const buckets: Bucket[] = []
  for (const { name, size } of [...specs].reverse()) {
    const start = offsets.get(name)!
    const last = buckets.at(-1)
    if (last && (last.end - start) * Float32Array.BYTES_PER_ELEMENT <= capBytes) {
      last.start = start
      last.names.push(name)
    } else {
      buckets.push({ index: buckets.length, start, end: start + size, names: [name] })
    }
  }
  return buckets
}
// endregion
