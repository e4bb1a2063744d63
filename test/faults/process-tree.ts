/** A supervising process and its ranks as one group of processes, which can be stopped and killed at once. Not on Windows. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { childScript } from './children.ts'
import { until } from './bench.ts'
import type { Seen } from './supervising.ts'

export interface Tree {
  /** Of the supervising process. */
  pid: number
  /** What was last said; null before the first word. */
  seen(): Seen | null
  /** Resolves when the supervising process is gone. */
  exited: Promise<unknown>
  alive(): boolean
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void
  /** Kills all and waits until none is left. */
  end(): Promise<void>
}

export async function startTree(labDirectory: string, config: unknown, runDirectory?: string): Promise<Tree> {
  const args = [
    await childScript('supervising'),
    labDirectory,
    JSON.stringify(config),
    ...(runDirectory === undefined ? [] : [runDirectory]),
  ]
  // A group of its own, which the ranks inherit.
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  const pid = child.pid!
  let rest = ''
  let last: Seen | null = null
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    const line = lines.at(-1)
    if (line) last = JSON.parse(line) as Seen
  })
  const exited = once(child, 'close')
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-pid, name)
    } catch {
      // All of them are gone.
    }
  }
  const anyLeft = (): boolean => {
    try {
      process.kill(-pid, 0)
      return true
    } catch {
      return false
    }
  }
  return {
    pid,
    seen: () => last,
    exited,
    alive: () => child.exitCode === null && child.signalCode === null,
    signal,
    end: async () => {
      signal('SIGKILL')
      await exited
      await until(() => !anyLeft(), 5_000)
    },
  }
}
