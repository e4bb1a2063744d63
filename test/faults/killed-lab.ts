/** The lab itself is killed while a run goes on: five seconds later none of its processes is left. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { projectRoot } from '../../electron/paths.ts'
import { smallNewsCsv } from '../helpers/small-news.ts'
import { isAlive } from './bench.ts'
import { openClient } from './contract-client.ts'
import { type Effort, type Fault, type Figure, none } from './fault.ts'
import { inTemporaryDirectory } from './temporary.ts'

const patienceMs = 30_000

/**
 * Starts the built lab, trains on two ranks, kills the lab; resolves with the pids that are left five seconds later.
 * `survivor`: beside the ranks there is a process that does not notice.
 */
async function killOnce(directory: string, survivor: boolean): Promise<number[]> {
  const lab = spawn(process.execPath, [join(projectRoot, 'out', 'main', 'cli.js'), 'serve', '--port', '0'], {
    env: { ...process.env, DISTRINEWS_HOME: directory, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(lab, 'exit')
  const known = new Set<number>()
  if (survivor) known.add(spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'ignore' }).pid!)
  try {
    let printed = ''
    lab.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
    const addressed = (): RegExpExecArray | null => /http:\/\/127\.0\.0\.1:(\d+)\/#token=(\S+)/.exec(printed)
    for (let waited = 0; addressed() === null; waited += 20) {
      if (waited > patienceMs) throw new Error(`the lab did not start: ${printed}`)
      await delay(20)
    }
    const [, port, token] = addressed()!
    const { client, close } = await openClient({ port: Number(port), token: token! })
    const data = { kind: 'csv', path: join(directory, 'news.csv') } as const
    const { runId } = await client.runs.start({ data, worldSize: 2, threadsPerRank: 1, microBatch: 8, maxLength: 32, epochs: 1_000 })
    for (let waited = 0, step = 0; step < 3; waited += 50) {
      if (waited > patienceMs) throw new Error('the run did not come to train')
      const { ranks, progress } = await client.runs.get({ runId })
      step = progress.step
      for (const { pid } of ranks) if (pid !== null) known.add(pid)
      await delay(50)
    }
    close()
    lab.kill('SIGKILL')
    await exited
    await delay(5_000)
    return [...known].filter(isAlive)
  } finally {
    lab.kill('SIGKILL')
    for (const pid of known) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
  }
}

async function measure({ long }: Effort, survivor = false): Promise<Figure[]> {
  const count = survivor ? 1 : long ? 20 : 2
  const left: string[] = []
  for (let trial = 0; trial < count; trial++) {
    await inTemporaryDirectory(async (directory) => {
      await writeFile(join(directory, 'news.csv'), smallNewsCsv(300))
      for (const pid of await killOnce(directory, survivor)) left.push(`kill ${trial + 1}: process ${pid}`)
    })
  }
  return [none('kills after which a process was left', count, left)]
}

export const killedLab: Fault = {
  name: 'killed-lab',
  title: 'kill -9 the lab × 20',
  trains: true,
  run: (effort) => measure(effort),
  withoutGuard: { what: 'a process that outlives its lab', run: (effort) => measure(effort, true) },
}
