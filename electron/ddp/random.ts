/**
 * Seeded random integers for the sampler: sfc32 (Chris Doty-Humphrey, PractRand), a small generator with 128 bits of
 * state that passes the usual test batteries. The same keys give the same numbers on every machine and rank.
 */

/** Returns `below(bound)`: uniform integers in [0, bound), without the bias of a plain remainder. Keys are 32-bit. */
export function randomIntegers(...keys: [number, number, number]): (bound: number) => number {
  let [a, b, c] = keys
  let counter = 1
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  // Twelve rounds mix the keys into the whole state.
  for (let round = 0; round < 12; round++) next()
  return (bound) => {
    const limit = 2 ** 32 - (2 ** 32 % bound)
    let value = next()
    while (value >= limit) value = next()
    return value % bound
  }
}

/** Fisher and Yates, in place. */
export function shuffle<T extends Int32Array | unknown[]>(items: T, below: (bound: number) => number): T {
  for (let last = items.length - 1; last > 0; last--) {
    const other = below(last + 1)
    const kept = items[last]
    items[last] = items[other]
    items[other] = kept
  }
  return items
}
