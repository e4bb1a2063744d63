/** Answers `run N` with the times of N repetitions, see ../peers.ts. */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const say = (answer: object): boolean => process.stdout.write(`${JSON.stringify(answer)}\n`)

/** `args` are what follows N; `facts` may give figures of the repetitions since the last call. */
export async function serve(
  step: (args: string[]) => void | Promise<void>,
  ready: Record<string, unknown> = {},
  facts: () => Record<string, unknown> | Promise<Record<string, unknown>> = () => ({}),
): Promise<void> {
  say({ ready: true, ...ready })
  for await (const line of createInterface({ input: process.stdin })) {
    const [, count, ...args] = line.split(' ')
    const ms: number[] = []
    for (let index = 0; index < Number(count); index++) {
      const start = performance.now()
      await step(args)
      ms.push(performance.now() - start)
    }
    say({ ms, peakRssBytes: peakRssBytes(), ...(await facts()) })
  }
  process.exit(0)
}

/** Largest resident memory so far; 0 where the system does not tell. */
function peakRssBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) * 1024
}
