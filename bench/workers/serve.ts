/** Answers `run N` with the times of N repetitions, see ../peers.ts. */
import { createInterface } from 'node:readline'
import { peakRssBytes } from '../../electron/rank/peak-memory.ts'

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
    say({ ms, peakRssBytes: peakRssBytes() ?? 0, ...(await facts()) })
  }
  process.exit(0)
}
