/** A parameter arena in small: a few parameters with gaps between them. */
import type { ArenaLayout } from '../../electron/ddp/buckets.ts'

export interface SmallArena extends ArenaLayout {
  flatLength: number
}

/** Each parameter begins at a multiple of `alignment` elements. */
export function smallArena(sizes: readonly number[], alignment = 4): SmallArena {
  const specs = sizes.map((size, index) => ({ name: `layer.${index}.weight`, size }))
  const offsets = new Map<string, number>()
  let flatLength = 0
  for (const { name, size } of specs) {
    offsets.set(name, flatLength)
    flatLength += Math.ceil(size / alignment) * alignment
  }
  return { specs, offsets, flatLength }
}
