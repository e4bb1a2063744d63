/**
 * What `docker build` and `docker run` would do with the folder of a Docker Space, without Docker: the lines of its
 * Dockerfile are read, the files laid out in an empty folder, and its command started there, with nothing of this machine's
 * environment but the program `node`.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { chmod, cp, mkdir, readFile, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { projectRoot } from '../../electron/paths.ts'

export interface Dockerfile {
  from: string
  copies: [from: string, to: string][]
  env: Record<string, string>
  user: string
  exposed: number
  command: string[]
  /** Ends with 0 where it is well. */
  healthCheck: string[]
}

export async function readDockerfile(folder: string): Promise<Dockerfile> {
  const text = await readFile(join(folder, 'Dockerfile'), 'utf8')
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const file: Dockerfile = { from: '', copies: [], env: {}, user: '', exposed: 0, command: [], healthCheck: [] }
  for (const line of lines) {
    const [, instruction, rest] = /^(\w+) (.+)$/.exec(line)!
    if (instruction === 'FROM') file.from = rest!
    else if (instruction === 'COPY') file.copies.push(z.tuple([z.string(), z.string()]).parse(rest!.split(' ')))
    else if (instruction === 'ENV') Object.assign(file.env, Object.fromEntries(rest!.split(' ').map((pair) => pair.split('='))))
    else if (instruction === 'USER') file.user = rest!
    else if (instruction === 'EXPOSE') file.exposed = Number(rest)
    else if (instruction === 'HEALTHCHECK')
      file.healthCheck = z.array(z.string()).parse(JSON.parse(/^(?:--\S+ )*CMD (.+)$/.exec(rest!)![1]!))
    else if (instruction === 'CMD') file.command = z.array(z.string()).parse(JSON.parse(rest!))
    // Nothing that an image build would have to ask anybody for.
    else if (instruction !== 'WORKDIR') throw new Error(`The Dockerfile has ${instruction}, which this does not know`)
  }
  return file
}

export interface Container {
  port: number
  process: ChildProcess
  /** What it said so far. */
  output: string[]
  ended: Promise<number | null>
  /** Exit code of its health check. */
  checkHealth(): Promise<number | null>
}

/** Resolves when it listens. Ends with the test. */
export async function startContainer(folder: string, place: string): Promise<Container> {
  const { copies, env, command, healthCheck } = await readDockerfile(folder)
  const app = join(place, 'app')
  await mkdir(app)
  for (const [from, to] of copies) await cp(join(folder, from), join(app, to), { recursive: true })
  const bin = join(place, 'bin')
  await mkdir(bin)
  await symlink(process.execPath, join(bin, 'node'))
  // As the user that Spaces have, where this may become another one.
  const isRoot = process.getuid?.() === 0
  for (let path = app; path !== dirname(path) && isRoot && path.startsWith(place); path = dirname(path)) await chmod(path, 0o755)
  const guard = join(place, 'connection-guard.cjs')
  await cp(join(projectRoot, 'test/fixtures/connection-guard.cjs'), guard)
  const child = spawn(join(bin, basename(command[0]!)), command.slice(1), {
    cwd: app,
    env: { ...env, PORT: '0', PATH: bin, HOME: '/nonexistent', NODE_OPTIONS: `--require ${guard}` },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(isRoot && { uid: 1000, gid: 1000 }),
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const output: string[] = []
  const port = await new Promise<number>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        output.push(line)
        const listening = /at port (\d+)$/.exec(line)
        if (listening) resolve(Number(listening[1]))
      })
    }
    child.once('error', reject)
    void ended.then((code) => reject(new Error(`It ended with ${code}:\n${output.join('\n')}`)))
  })
  const checkHealth = async (): Promise<number | null> => {
    const options = { cwd: app, env: { PORT: String(port), PATH: bin }, stdio: 'ignore' } as const
    const [code] = (await once(spawn(join(bin, basename(healthCheck[0]!)), healthCheck.slice(1), options), 'close')) as [number | null]
    return code
  }
  return { port, process: child, output, ended, checkHealth }
}
