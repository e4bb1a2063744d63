/**
 * Seeded uniform numbers for what must come out the same every time: splits of data, bootstrap intervals. Not for training,
 * whose numbers are functions of the step (engine/random.ts), nor for secrets. The sequence never changes: rows would change sides.
 */

/** Uniform numbers in [0, 1) (mulberry32, Tommy Ettinger). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
