/** How sums arise in a ring: whose gradients are in which chunk after so many rounds. Pure. */
interface Trace {
  rounds: readonly { round: number; phase: 'reduceScatter' | 'allGather'; receives: { segment: number } }[]
}

/** How many ranks' gradients are in a segment on a rank before the round `at` (0: none was done). */
export function contributions(trace: Trace, segment: number, at: number, worldSize: number): number {
  let count = 1
  for (const { phase, receives } of trace.rounds.slice(0, at)) {
    if (receives.segment !== segment) continue
    // What arrives in round k of reduce-scatter holds k + 1 ranks’ gradients; all-gather brings finished sums.
    count = phase === 'allGather' ? worldSize : count + roundOf(trace, segment) + 1
  }
  return count
}

const roundOf = (trace: Trace, segment: number): number =>
  trace.rounds.find(({ phase, receives }) => phase === 'reduceScatter' && receives.segment === segment)?.round ?? 0
