/**
 * The built lab as a person starts it without a window: `serve`, with a lab directory of its own. Not an
 * in-process server: what these tests open is what people open.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { projectRoot } from '../../electron/paths.ts'

export interface LabServer {
  /** With the token, as the lab prints it. */
  url: string
  /** Ends the lab as Ctrl-C does, and waits for it. */
  close(): Promise<void>
}

const cli = join(projectRoot, 'out', 'main', 'cli.js')
const startMs = 30_000
const endMs = 30_000

/** Starts the lab on a free port, keeping its runs in `directory`, with `variables` in its environment besides. Rejects with what it printed if it does not come up. */
export async function startLab(directory: string, port = 0, variables: NodeJS.ProcessEnv = {}): Promise<LabServer> {
  const child = spawn(process.execPath, [cli, 'serve', '--port', String(port)], {
    env: { ...process.env, ...variables, DISTRINEWS_HOME: directory, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const url = await printedUrl(child)
  return {
    url,
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      child.kill('SIGINT')
      const timer = setTimeout(() => child.kill('SIGKILL'), endMs)
      await exit
      clearTimeout(timer)
    },
  }
}

function printedUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    const fail = (why: string): void => {
      child.kill('SIGKILL')
      reject(new Error(`The lab did not start: ${why}\n${printed}`))
    }
    const timer = setTimeout(() => fail('it printed no address in time'), startMs)
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text: Buffer) => {
        printed += text.toString()
        const url = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/.exec(printed)?.[0]
        if (url === undefined) return
        clearTimeout(timer)
        resolve(url)
      })
    }
    child.once('exit', (code) => {
      clearTimeout(timer)
      fail(`it ended with exit code ${code}`)
    })
  })
}
