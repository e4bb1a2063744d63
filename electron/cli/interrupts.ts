/**
 * Ctrl-C, once to end well and twice to end now. A terminal sends the signal to every process of the group and npm and our
 * own launcher pass it on, so one key press may arrive several times: what comes within half a second is the same press.
 */
const samePressMs = 500

/** Calls `first`, and `second` at the next press. Returns the function that ends it. */
export function onInterrupt(first: () => void, second: () => void): () => void {
  let last = -Infinity
  let presses = 0
  const receive = (): void => {
    const now = performance.now()
    if (now - last < samePressMs) return
    last = now
    presses += 1
    if (presses === 1) first()
    else second()
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, receive)
  return () => {
    for (const signal of signals) process.off(signal, receive)
  }
}
