/** Runs one probe in a process of its own and always comes back with an answer: a crash or silence is one, too. */
import { fork } from 'node:child_process'
import { entryFile } from '../paths.ts'
import { failedProbe, probeResultSchema, type ProbeResult, type ProbeSubject } from './protocol.ts'

/** A driver that compiles its first programs may take long over it. */
const patienceMs = 60_000

/** `variables` choose a device, see supervisor/device-assignment.ts. */
export function runProbe(subject: ProbeSubject, variables: Record<string, string> = {}): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const child = fork(entryFile('probe'), [subject], {
      execArgv: [],
      env: { ...process.env, ...variables, ELECTRON_RUN_AS_NODE: '1', ORT_DISABLE_TELEMETRY: '1' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
    const settle = (result: ProbeResult): void => {
      clearTimeout(timer)
      resolve(result)
    }
    child.once('message', (raw) => {
      const parsed = probeResultSchema.safeParse(raw)
      settle(parsed.success ? parsed.data : failedProbe(parsed.error))
    })
    child.once('error', (error) => settle(failedProbe(error)))
    // After a message this comes too late to change anything.
    child.once('exit', (code, signal) => settle(failedProbe(`The process that tried it ended with ${signal ?? `code ${code}`}.`)))
  })
}
