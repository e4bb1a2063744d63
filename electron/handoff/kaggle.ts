/**
 * A bundle on Kaggle's free 2×T4, with the person's own kaggle program and token: the bundle becomes a private data set, a
 * private script kernel trains it, its output is fetched. Kaggle runs on if this stops; asking again with the same bundle
 * picks up where it is.
 */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { LabError } from '../../shared/contract/errors.ts'
import { writeNewFolder } from '../checkpoint/new-folder.ts'
import { runCommand } from './command.ts'
import kernelScript from './python/kaggle_run.py?raw'

export interface KaggleOptions {
  bundle: string
  /** Of the bundle: makes data set and kernel findable again. */
  runId: string
  /** Where the output is put: new or empty. */
  out: string
  onLine: (line: string) => void
  /** Stops waiting; what runs on Kaggle goes on. */
  signal?: AbortSignal
  /** Between two looks at the kernel. */
  pollMs?: number
}

/** Kaggle's name for "GPU T4 ×2". */
const accelerator = 'NvidiaTeslaT4'

/** Throws KAGGLE_FAILED, KAGGLE_NO_TOKEN, TOOL_NOT_FOUND. */
export async function trainOnKaggle({ bundle, runId, out, onLine, signal, pollMs = 15_000 }: KaggleOptions): Promise<void> {
  const kaggle = (...args: string[]) => runCommand('kaggle', args, { signal })
  const user = await userName(kaggle)
  const slug = `distrinews-${runId}`
  const id = `${user}/${slug}`
  const state = await kernelState(kaggle, id)
  if (state === null || isBroken(state)) {
    await upload(kaggle, { bundle, id, slug, onLine })
    await until('the data set is ready', async () => /ready/i.test((await kaggle('datasets', 'status', id)).output), pollMs, signal)
    await push(kaggle, { id, slug, onLine })
  } else {
    onLine(`${id} is on Kaggle already: ${state}.`)
  }
  let last: string | null = null
  await until(
    'the training ends',
    async () => {
      const now = await kernelState(kaggle, id)
      if (now !== last) onLine(`Kaggle: ${now ?? 'not started yet'}`)
      last = now
      if (now !== null && /error|cancel/i.test(now))
        throw failed('training', `The kernel ended as "${now}". Its log: https://www.kaggle.com/code/${id}`)
      return now !== null && /complete/i.test(now)
    },
    pollMs,
    signal,
  )
  onLine('Fetching the output …')
  await writeNewFolder(out, async (folder) => {
    const fetched = join(folder, 'fetched')
    expectDone('fetching the output', await kaggle('kernels', 'output', id, '-p', fetched))
    await cp(join(fetched, 'out'), folder, { recursive: true })
    await rm(fetched, { recursive: true })
  })
}

/** A kernel that ended so is started again when asked for again. */
const isBroken = (state: string): boolean => /error|cancel/.test(state)

type Kaggle = (...args: string[]) => Promise<{ code: number; output: string }>

async function userName(kaggle: Kaggle): Promise<string> {
  const { code, output } = await kaggle('config', 'view')
  const name = /username: *([\w-]+)/.exec(output)?.[1]
  if (code === 0 && name !== undefined && name !== 'None') return name
  throw new LabError({
    code: 'KAGGLE_NO_TOKEN',
    title: 'Kaggle does not know who you are',
    cause: 'The kaggle program has no token.',
    suggestion:
      'Make one under Settings → API on kaggle.com and save it as ~/.kaggle/kaggle.json, or follow "Kaggle by hand" in the bundle\'s README.',
  })
}

/** The state of the kernel in Kaggle's words ("complete", "running" …); null where there is no such kernel. */
async function kernelState(kaggle: Kaggle, id: string): Promise<string | null> {
  const { output } = await kaggle('kernels', 'status', id)
  const word = /has status "?(?:KernelWorkerStatus\.)?(\w+)/i.exec(output)?.[1]
  if (word !== undefined) return word.toLowerCase()
  if (/404|403|not found|permission/i.test(output)) return null
  throw failed('asking for the state of the kernel', output.slice(-400))
}

async function upload(
  kaggle: Kaggle,
  { bundle, id, slug, onLine }: { bundle: string; id: string; slug: string; onLine: (line: string) => void },
): Promise<void> {
  const stage = await mkdtemp(join(tmpdir(), 'distrinews-kaggle-'))
  try {
    onLine(`Uploading the bundle as the private data set ${id} …`)
    await cp(bundle, stage, { recursive: true, filter: (path) => path !== join(bundle, 'out') && path !== join(bundle, 'logs') })
    await writeFile(join(stage, 'dataset-metadata.json'), JSON.stringify({ id, title: slug, licenses: [{ name: 'other' }] }))
    const { code, output } = await kaggle('datasets', 'create', '-p', stage, '--dir-mode', 'zip')
    if (code !== 0 && !/already (exists|in use)/i.test(output)) throw failed('uploading the bundle', output.slice(-600))
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}

async function push(kaggle: Kaggle, { id, slug, onLine }: { id: string; slug: string; onLine: (line: string) => void }): Promise<void> {
  const stage = await mkdtemp(join(tmpdir(), 'distrinews-kaggle-'))
  try {
    onLine(`Starting the kernel ${id} on GPU T4 ×2 …`)
    const metadata = {
      id,
      title: slug,
      code_file: 'kaggle_run.py',
      language: 'python',
      kernel_type: 'script',
      is_private: true,
      enable_gpu: true,
      enable_internet: false,
      machine_shape: accelerator,
      dataset_sources: [id],
    }
    await writeFile(join(stage, 'kernel-metadata.json'), JSON.stringify(metadata))
    await writeFile(join(stage, 'kaggle_run.py'), kernelScript)
    const pushed = await kaggle('kernels', 'push', '-p', stage)
    // It ends with 0 where the quota is used up, too.
    if (pushed.code !== 0 || /error|quota|maximum/i.test(pushed.output)) throw failed('starting the kernel', pushed.output.slice(-600))
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}

async function until(what: string, isSo: () => Promise<boolean>, pollMs: number, signal: AbortSignal | undefined): Promise<void> {
  // Kaggle ends a kernel after twelve hours.
  const lastTry = Date.now() + 13 * 3600_000
  while (!(await isSo())) {
    if (Date.now() > lastTry) throw failed(`waiting until ${what}`, 'It took more than 13 hours.')
    await pause(pollMs, undefined, signal ? { signal } : {})
  }
}

function expectDone(what: string, { code, output }: { code: number; output: string }): void {
  if (code !== 0) throw failed(what, output.slice(-600))
}

const failed = (what: string, why: string): LabError =>
  new LabError({
    code: 'KAGGLE_FAILED',
    title: `Kaggle: ${what} failed`,
    cause: why.trim() === '' ? 'The kaggle program said nothing.' : why.trim(),
    suggestion: 'Check your GPU quota and that your phone number is verified on kaggle.com; the same command goes on from where it is.',
  })
