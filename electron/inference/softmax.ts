// region softmax
/** Logits to probabilities in double precision, shifted by the largest so that nothing overflows; they sum to 1. */
export function softmax(logits: ArrayLike<number>): number[] {
  const scores = Array.from(logits)
  const largest = Math.max(...scores)
  const powers = scores.map((score) => Math.exp(score - largest))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map((power) => power / sum)
}
// endregion
