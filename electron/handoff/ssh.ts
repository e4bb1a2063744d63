/**
 * A bundle on another machine, with the person's own ssh: copied there, trained with its log shown here, its output brought
 * back. Keys, hosts and jump hosts are ssh's business. The training does not hang on the connection: who is cut off, or stops
 * waiting, gives the same command again, which finds the training going on, or over, and goes on from there.
 */
import { spawn } from 'node:child_process'
import { LabError } from '../../shared/contract/errors.ts'
import { shellQuoted } from '../../shared/domain/shell-quote.ts'
import { refuseFull, writeNewFolder } from '../checkpoint/new-folder.ts'
import { type CommandResult, notFound, runCommand, saidByBundle } from './command.ts'

export interface RemoteOptions {
  bundle: string
  /** Of the bundle: names its folder there, so that the training is found again. */
  runId: string
  /** As ssh takes it: user@host, or a name of ~/.ssh/config. */
  host: string
  /** Folder on the host, made if it is not there; '~' is its home. The bundle gets one of its own in it. */
  folder: string
  /** Ranks; absent: one for each GPU there. */
  ranks?: number
  /** Python there that has PyTorch, where that is not python3: who comes in without a terminal has no environment activated. */
  python?: string
  /** Where its output is put: new or empty. */
  out: string
  onLine: (line: string) => void
  signal?: AbortSignal
}

/** Where the bundle lies on the host: as many ranks, as many trainings. */
export const placeOf = ({ folder, runId, ranks }: Pick<RemoteOptions, 'folder' | 'runId' | 'ranks'>): string =>
  `${folder.replace(/\/+$/, '')}/distrinews-${runId}${ranks === undefined ? '' : `-${ranks}`}`

/** Throws REMOTE_FAILED, TOOL_NOT_FOUND, ARGUMENT_INVALID, OUTPUT_NOT_WRITABLE; what came back of a failed training is kept in `out`. */
export async function trainOverSsh(options: RemoteOptions): Promise<void> {
  const { bundle, host, ranks, python, out, onLine, signal } = options
  checkHost(host)
  await refuseFull(out)
  const place = placeOf(options)
  const at = quoted(place)
  const ssh = (script: string, listen?: (line: string) => void) =>
    runCommand('ssh', sshArguments(host, script), { signal, ...(listen && { onLine: listen }) })

  const state = await ssh(askState(at))
  expectDone(host, 'looking at it', state)
  if (/^distrinews: ended 0$/m.test(state.output)) {
    onLine(`It was trained there already. (To train it again, remove ${place} there.)`)
  } else {
    if (/^distrinews: running$/m.test(state.output)) onLine(`It is training there already.`)
    else {
      onLine(`Copying the bundle to ${host}:${place} …`)
      await piped(host, 'copying the bundle', {
        from: ['tar', ['-C', bundle, '--exclude=./out', '--exclude=./logs', '--exclude=__pycache__', '-cf', '-', '.']],
        to: ['ssh', sshArguments(host, receive(at))],
        signal,
      })
      onLine(`Training on ${host} …`)
      expectDone(host, 'starting the training', await ssh(start(at, ranks, python)))
    }
    const training = await ssh(follow(at), onLine)
    if (training.code === sshFailed) expectDone(host, 'following the training', training)
    if (training.code !== 0) {
      // What it wrote before it failed is worth a look; where there is nothing, the failure itself says more.
      await bringBack(host, at, out, signal).catch(() => undefined)
      signal?.throwIfAborted()
      expectDone(host, 'training', training)
    }
  }
  onLine('Bringing the output back …')
  await bringBack(host, at, out, signal)
}

const bringBack = (host: string, at: string, out: string, signal: AbortSignal | undefined): Promise<void> =>
  writeNewFolder(out, (files) =>
    piped(host, 'bringing the output back', {
      from: ['ssh', sshArguments(host, `tar -cf - -C ${at}/out .`)],
      to: ['tar', ['-xf', '-', '-C', files, '--no-same-owner']],
      signal,
    }),
  )

/** No questions, and no waiting for a host that is not there any more. */
const sshArguments = (host: string, script: string): string[] => [
  ...['BatchMode=yes', 'ConnectTimeout=20', 'ServerAliveInterval=15', 'ServerAliveCountMax=4'].flatMap((option) => ['-o', option]),
  // Whatever shell they like there: sh runs the script.
  ...['--', host, `sh -c ${shellQuoted(script)}`],
]

// In the bundle's folder over there: remote.pid while it trains, remote.log, and at the end remote.code.

const askState = (at: string): string => `cd ${at} 2>/dev/null || exit 0
if [ -f remote.code ]; then echo "distrinews: ended $(cat remote.code)"
elif [ -f remote.pid ] && kill -0 "$(cat remote.pid)" 2>/dev/null; then echo 'distrinews: running'
fi`

/** Not every sleep knows less than a second. */
const aMoment = 'sleep 0.2 2>/dev/null || sleep 1'

/** Wholly there or not at all: under another name first. */
const receive = (at: string): string => `part=${at}.part
rm -rf "$part" && mkdir -p "$part" && tar -xf - -C "$part" && rm -rf ${at} && mv "$part" ${at} && exit 0
rm -rf "$part"
exit 1`

const train = (ranks: number | undefined): string =>
  `./run_ddp.sh ${ranks ?? ''} > remote.log 2>&1 & echo $! > remote.pid; wait $!; echo $? > remote.new; mv remote.new remote.code`

/** nohup and no open stream of ssh's: it goes on when the connection ends. */
const start = (at: string, ranks: number | undefined, python: string | undefined): string => `cd ${at} || exit 1
: > remote.log
${python === undefined ? '' : `export PYTHON=${quoted(python)}\n`}nohup sh -c ${shellQuoted(train(ranks))} > /dev/null 2>&1 < /dev/null &
while [ ! -s remote.pid ]; do ${aMoment}; done`

/**
 * Shows the log from its beginning as it grows, and ends as the training does. Whether that is over is asked before the last
 * look at the log, so nothing is missed. A host that was switched off meanwhile leaves no code.
 */
const follow = (at: string): string => `cd ${at} || exit 1
shown=0 over=
while :; do
  if [ -f remote.code ] || ! kill -0 "$(cat remote.pid)" 2>/dev/null; then over=yes; fi
  size=$(($(wc -c < remote.log)))
  if [ "$size" -gt "$shown" ]; then tail -c +"$((shown + 1))" remote.log | head -c "$((size - shown))"; shown=$size
  elif [ "$over" ]; then break
  fi
  ${aMoment}
done
[ -f remote.code ] || sleep 1
[ -f remote.code ] || { echo 'the training was ended from outside'; exit 1; }
exit "$(cat remote.code)"`

/** What ssh itself ends with where it failed. */
const sshFailed = 255

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
async function piped(host: string, what: string, { from, to, signal }: Piped): Promise<void> {
  const source = spawn(...from, { stdio: ['ignore', 'pipe', 'pipe'], ...(signal ? { signal } : {}) })
  let complaints = ''
  source.stderr.on('data', (text: Buffer) => (complaints = `${complaints}${text.toString('utf8')}`.slice(-2000)))
  const ended = new Promise<number>((resolve, reject) =>
    source
      .once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? notFound(from[0]) : error))
      .once('close', (code) => resolve(code ?? 1)),
  )
  const [code, target] = await Promise.all([ended, runCommand(...to, { input: source.stdout, signal })])
  if (target.code !== 0 && to[0] === 'ssh') expectDone(host, what, target)
  expectDone(host, what, { code, output: complaints })
  expectDone(host, what, target)
}

function expectDone(host: string, what: string, { code, output }: CommandResult): void {
  if (code === 0) return
  const known = saidByBundle(output) ?? troubleOf(host, code, output)
  throw new LabError({
    code: 'REMOTE_FAILED',
    title: `The other machine: ${what} failed`,
    cause: known?.cause ?? `It ended with code ${code}. ${output.slice(-600)}`,
    suggestion: known?.suggestion ?? 'What it printed above, and logs/ in the folder of the bundle there, say why.',
  })
}

/** What ssh says (OpenSSH's words), and what to do about it. */
function troubleOf(host: string, code: number, output: string): { cause: string; suggestion: string } | null {
  const said = (pattern: RegExp): string | undefined =>
    output
      .split('\n')
      .find((line) => pattern.test(line))
      ?.trim()
  const troubles: [RegExp, string][] = [
    [
      /REMOTE HOST IDENTIFICATION HAS CHANGED/,
      'Another machine answers, or it was set up anew: ask who runs it. Only then forget the old key with ssh-keygen -R.',
    ],
    [/Host key verification failed/, `Start ssh ${host} once by hand, compare the fingerprint with that of the machine, and accept it.`],
    [/Permission denied|Too many authentication failures/, `A key must let you in without a question: ssh-copy-id ${host}.`],
    [/Could not resolve hostname/, 'Check the name; a short one must stand in ~/.ssh/config.'],
    [
      /Connection refused|timed out|No route to host|Network is unreachable/,
      'Check that the machine is on and its ssh server reached; another port or a jump host goes into ~/.ssh/config.',
    ],
  ]
  const troublesThere: typeof troubles = [
    [/No space left on device|Disk quota exceeded/, 'Free some room there, or give another folder with --dir.'],
    [/Permission denied|Read-only file system/, 'Give a folder that you may write, with --dir.'],
  ]
  for (const [pattern, suggestion] of code === sshFailed ? troubles : troublesThere) {
    const cause = said(pattern)
    if (cause !== undefined) return { cause, suggestion }
  }
  if (code !== sshFailed) return null
  return {
    cause: `The connection ended. ${output.split('\n').at(-1) ?? ''}`.trim(),
    suggestion: 'Give the same command again: a training that was started goes on over there, and is found.',
  }
}
