/** Runs a program of the person's own (kaggle, ssh) and hands over what it prints, line by line. Never through a shell. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { LabError } from '../../shared/contract/errors.ts'

export interface CommandOptions {
  /** Every line of stdout and stderr, as it comes. */
  onLine?: (line: string) => void
  signal?: AbortSignal | undefined
  /** Fed to standard input. */
  input?: NodeJS.ReadableStream
}

export interface CommandResult {
  code: number
  /** Its last lines, both streams. */
  output: string
}

const keptLines = 200

/** Throws TOOL_NOT_FOUND where there is no such program, and the signal's reason where it was aborted. */
export async function runCommand(
  program: string,
  args: readonly string[],
  { onLine, signal, input }: CommandOptions = {},
): Promise<CommandResult> {
  signal?.throwIfAborted()
  const lines: string[] = []
  const child = spawn(program, args, { stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'] })
  const take = (line: string): void => {
    lines.push(line)
    if (lines.length > keptLines) lines.shift()
    onLine?.(line)
  }
  for (const stream of [child.stdout!, child.stderr!]) createInterface({ input: stream }).on('line', take)
  if (input && child.stdin) {
    // A program that ends early closes its input: how it ended says more.
    child.stdin.on('error', () => undefined)
    input.pipe(child.stdin)
  }
  const code = await new Promise<number>((resolve, reject) => {
    const stop = (): void => {
      // A program that was not found has no id, and killing it would be killing all of this process's group.
      if (child.pid !== undefined) child.kill()
      reject(signal?.reason as Error)
    }
    signal?.addEventListener('abort', stop, { once: true })
    child.once('close', () => signal?.removeEventListener('abort', stop))
    child.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? notFound(program) : error))
    child.once('close', (exitCode) => resolve(exitCode ?? 1))
  })
  return { code, output: lines.join('\n') }
}

/** What a script of the bundle says before it ends: a line with what is wrong, and one with what to do. Null where it said nothing. */
export function saidByBundle(output: string): { cause: string; suggestion: string } | null {
  const [, cause, suggestion] = /cannot train: (.+)\n *do: (.+)/.exec(output) ?? []
  return cause && suggestion ? { cause: sentence(cause), suggestion: sentence(suggestion) } : null
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`

const installHints: Record<string, string> = {
  kaggle:
    'Install it with pip install kaggle (version 2 shows the log while it trains), or follow "Kaggle by hand" in the bundle\'s README.',
  ssh: 'Install OpenSSH, or copy the bundle to the other machine yourself and start run_ddp.sh there.',
}

/** Where there is no such program. */
export const notFound = (program: string): LabError =>
  new LabError({
    code: 'TOOL_NOT_FOUND',
    title: `The program ${program} is not installed`,
    cause: `${program} was not found on this machine.`,
    suggestion: installHints[program] ?? `Install ${program}.`,
  })
