/**
 * A bundle on another machine, with the person's own ssh: copied there, trained with its log shown here, its output brought
 * back. Keys, hosts and jump hosts are ssh's business. Whatever was there stays: the bundle gets a folder of its own.
 */
import { spawn } from 'node:child_process'
import { basename } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import { writeNewFolder } from '../checkpoint/new-folder.ts'
import { runCommand } from './command.ts'

export interface RemoteOptions {
  bundle: string
  /** As ssh takes it: user@host, or a name of ~/.ssh/config. */
  host: string
  /** Folder on the host, made if it is not there; '~' is its home. */
  folder: string
  /** Ranks; absent: one for each GPU there. */
  ranks?: number
  /** Where its output is put: new or empty. */
  out: string
  onLine: (line: string) => void
  signal?: AbortSignal
}

/** Throws REMOTE_FAILED, TOOL_NOT_FOUND, ARGUMENT_INVALID; what came back of a failed training is kept in `out`. */
export async function trainOverSsh({ bundle, host, folder, ranks, out, onLine, signal }: RemoteOptions): Promise<void> {
  checkHost(host)
  const place = `${folder.replace(/\/+$/, '')}/${basename(bundle)}`
  const onHost = (script: string) => ['-o', 'BatchMode=yes', '--', host, script]
  onLine(`Copying the bundle to ${host}:${place} …`)
  await piped('copying the bundle', {
    from: ['tar', ['-C', bundle, '--exclude=./out', '--exclude=./logs', '-cf', '-', '.']],
    to: ['ssh', onHost(`mkdir -p ${quoted(place)} && tar -xf - -C ${quoted(place)}`)],
    signal,
  })
  onLine(`Training on ${host} …`)
  const training = await runCommand('ssh', onHost(`cd ${quoted(place)} && rm -rf out && ./run_ddp.sh ${ranks ?? ''}`), { onLine, signal })
  onLine('Bringing the output back …')
  await writeNewFolder(out, (files) =>
    piped('bringing the output back', {
      from: ['ssh', onHost(`tar -cf - -C ${quoted(`${place}/out`)} .`)],
      to: ['tar', ['-xf', '-', '-C', files, '--no-same-owner']],
      signal,
    }),
  )
  expectDone('training', training)
}

/** A leading dash would be an option of ssh's. */
function checkHost(host: string): void {
  if (/^[\w.@:[\]%-]+$/.test(host) && !host.startsWith('-')) return
  throw new LabError({
    code: 'ARGUMENT_INVALID',
    title: 'That is no name of a host',
    cause: `${JSON.stringify(host.slice(0, 80))} holds what a host's name cannot.`,
    suggestion: 'Give user@host, or a name of your ~/.ssh/config.',
  })
}

/** One word for the shell over there; a leading ~ stays what it means. */
function quoted(path: string): string {
  const [, home = '', rest = path] = /^(~\/?)(.*)$/s.exec(path) ?? []
  return `${home}'${rest.replaceAll("'", `'\\''`)}'`
}

interface Piped {
  from: [program: string, args: string[]]
  to: [program: string, args: string[]]
  signal: AbortSignal | undefined
}

/** `from | to`, without a shell. Throws REMOTE_FAILED in the words of the first that failed. */
async function piped(what: string, { from, to, signal }: Piped): Promise<void> {
  const source = spawn(...from, { stdio: ['ignore', 'pipe', 'pipe'], ...(signal ? { signal } : {}) })
  let complaints = ''
  source.stderr.on('data', (text: Buffer) => (complaints = `${complaints}${text.toString('utf8')}`.slice(-600)))
  const ended = new Promise<number>((resolve, reject) => source.once('error', reject).once('close', (code) => resolve(code ?? 1)))
  const [code, target] = await Promise.all([ended, runCommand(...to, { input: source.stdout, signal })])
  if (target.code !== 0 && to[0] === 'ssh') expectDone(what, target)
  expectDone(what, { code, output: complaints })
  expectDone(what, target)
}

function expectDone(what: string, { code, output }: { code: number; output: string }): void {
  if (code !== 0) throw failed(what, `it ended with code ${code}. ${output.slice(-600)}`)
}

const failed = (what: string, why: string): LabError =>
  new LabError({
    code: 'REMOTE_FAILED',
    title: `The other machine: ${what} failed`,
    cause: why,
    suggestion: 'Try ssh to that host by hand: a key must let you in without a password, and python3 there needs PyTorch.',
  })
