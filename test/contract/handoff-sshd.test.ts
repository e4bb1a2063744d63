/**
 * The way over ssh with OpenSSH's own client and server, on loopback: a key that is accepted, one that is not, a host that is
 * not known, nobody at the door, and a server that ends the connection in the middle. Skipped where there is no sshd.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { placeOf, type RemoteOptions, trainOverSsh } from '../../electron/handoff/ssh.ts'
import { closedPort } from '../helpers/loopback.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const sshd = process.env['DISTRINEWS_SSHD'] ?? '/usr/sbin/sshd'
const hasSsh = spawnSync('ssh', ['-V']).status === 0 && spawnSync('ssh-keygen', ['-?']).error === undefined
/** Why these tests cannot run here, or null where they can. */
const whyNoSshd = !hasSsh ? 'no ssh here' : spawnSync(sshd, ['-V']).error ? `no sshd at ${sshd}: it comes with openssh-server` : null
const runId = '20260314-092653-tiny-ab12'

let home: string
let port: number
let server: ChildProcess | null = null
/** What ssh is told of the host by the name `lab-host`. */
let client: string

const newKey = (file: string): void => void spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file])

async function startServer(): Promise<void> {
  server = spawn(sshd, ['-D', '-e', '-f', join(home, 'sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] })
  const listening = new Promise<void>((resolve, reject) => {
    let said = ''
    server!.stderr!.on('data', (text: Buffer) => {
      said += text.toString('utf8')
      if (said.includes('Server listening')) resolve()
    })
    server!.once('exit', () => reject(new Error(`sshd ended: ${said}`)))
  })
  await listening
}

async function stopServer(): Promise<void> {
  if (server === null || server.exitCode !== null) return
  const ended = once(server, 'exit')
  server.kill()
  await ended
}

/** A client with options of its own, first in the PATH. */
async function asClient(name: string, options: string): Promise<void> {
  const folder = join(home, name)
  await mkdir(folder)
  await writeFile(join(folder, 'config'), `Host lab-host\n  HostName 127.0.0.1\n  Port ${port}\n  User ${userInfo().username}\n${options}`)
  await writeFile(join(folder, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F "${join(folder, 'config')}" "$@"\n`)
  await chmod(join(folder, 'ssh'), 0o755)
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH']}`)
}

const trusting = (): string =>
  `  IdentityFile ${join(home, 'key')}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${join(home, 'known')}\n  GlobalKnownHostsFile /dev/null\n`

describe('over real ssh', () => {
  beforeAll(async () => {
    if (whyNoSshd !== null) return
    home = await mkdtemp(join(tmpdir(), 'distrinews-sshd-'))
    port = await closedPort()
    for (const name of ['key', 'other', 'host']) newKey(join(home, name))
    await writeFile(join(home, 'authorized'), await readFile(join(home, 'key.pub')))
    await writeFile(join(home, 'known'), `[127.0.0.1]:${port} ${await readFile(join(home, 'host.pub'), 'utf8')}`)
    await writeFile(
      join(home, 'sshd_config'),
      [
        ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${join(home, 'host')}`, `AuthorizedKeysFile ${join(home, 'authorized')}`],
        ...['StrictModes no', 'UsePAM no', 'PasswordAuthentication no', 'KbdInteractiveAuthentication no', `PidFile ${join(home, 'pid')}`],
      ].join('\n'),
    )
    await startServer()
  })
  afterAll(async () => {
    if (whyNoSshd !== null) return
    await stopServer()
    await rm(home, { recursive: true, force: true })
  })

  beforeEach(async (ctx) => {
    ctx.skip(whyNoSshd !== null, whyNoSshd ?? '')
    client = `client-${Math.random().toString(36).slice(2)}`
    return () => void vi.unstubAllEnvs()
  })

  async function bundle(script: string): Promise<{ options: RemoteOptions; lines: string[] }> {
    const work = await temporaryDirectory()
    const lines: string[] = []
    const folder = join(work, 'bundle')
    await mkdir(folder)
    await writeFile(join(folder, 'bundle.json'), '{}')
    await writeFile(join(folder, 'run_ddp.sh'), `#!/bin/sh\n${script}\n`)
    await chmod(join(folder, 'run_ddp.sh'), 0o755)
    const options = { bundle: folder, runId, host: 'lab-host', folder: join(work, "over there's"), out: join(work, 'back') }
    return { options: { ...options, onLine: (line) => lines.push(line) }, lines }
  }

  it('copies, trains, shows the log and brings the output back', async () => {
    await asClient(client, trusting())
    const { options, lines } = await bundle('echo training; mkdir out; echo done > out/run.json')
    await trainOverSsh(options)
    expect(lines).toContain('training')
    expect(await readFile(join(options.out, 'run.json'), 'utf8')).toBe('done\n')
    expect((await readdir(placeOf(options))).sort()).toEqual([
      'bundle.json',
      'out',
      'remote.code',
      'remote.log',
      'remote.pid',
      'run_ddp.sh',
    ])
  })

  it('goes on without its connection: the same command brings the run back', async () => {
    await asClient(client, trusting())
    const { options, lines } = await bundle(
      'echo begun; while [ ! -f go ]; do sleep 0.2; done; mkdir out; echo done > out/run.json; echo over',
    )
    const cut = expect(trainOverSsh(options)).rejects.toMatchObject({
      info: { code: 'REMOTE_FAILED', suggestion: expect.stringContaining('same command') as string },
    })
    await vi.waitUntil(() => lines.includes('begun'), { timeout: 20_000 })
    // Each connection has a server process of its own: it is that which ends, as where a cable is pulled.
    spawnSync('pkill', ['-P', String(server!.pid)])
    await cut
    expect(await readdir(join(options.out, '..'))).not.toContain('back')
    const followed = trainOverSsh(options)
    await vi.waitUntil(() => lines.includes('It is training there already.'), { timeout: 20_000 })
    await writeFile(join(placeOf(options), 'go'), '')
    await followed
    expect(lines.at(-2)).toBe('over')
    expect(await readFile(join(options.out, 'run.json'), 'utf8')).toBe('done\n')
  })

  it.each<[string, () => string, RegExp]>([
    ['a key that the host does not know', () => trusting().replace(join(home, 'key'), join(home, 'other')), /ssh-copy-id/],
    ['a host that is not known yet', () => trusting().replace(join(home, 'known'), join(home, 'nobody')), /fingerprint/],
    ['nobody at the door', trusting, /ssh server/],
  ])('with %s says what to do, and leaves nothing', async (name, options, suggestion) => {
    await asClient(client, options())
    const { options: remote } = await bundle('true')
    if (name === 'nobody at the door') await stopServer()
    await expect(trainOverSsh(remote)).rejects.toMatchObject({
      info: { code: 'REMOTE_FAILED', suggestion: expect.stringMatching(suggestion) as string },
    })
    expect(await readdir(join(remote.out, '..'))).toEqual(['bundle'])
  })
})
