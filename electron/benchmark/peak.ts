/** The highest rate of matrix products with so many threads, measured in a process of its own. */
import { fork } from 'node:child_process'
import { z } from 'zod'
import { entryFile } from '../paths.ts'

const patienceMs = 60_000
const answerSchema = z.object({ flops: z.number().positive() })

/** FLOP/s; null where the process gave no answer: then utilisation is not measured. */
export function measurePeakFlops(threads: number): Promise<number | null> {
  return new Promise((resolve) => {
    const child = fork(entryFile('benchmark-peak'), [String(threads)], {
      execArgv: [],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', ORT_DISABLE_TELEMETRY: '1' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
    child.once('message', (raw) => resolve(answerSchema.safeParse(raw).data?.flops ?? null))
    child.once('error', () => resolve(null))
    child.once('exit', () => {
      clearTimeout(timer)
      resolve(null)
    })
  })
}
