/**
 * A bundle on Kaggle's free 2×T4, with the person's own kaggle program and token: the bundle becomes a private data set, a
 * private script kernel trains it, its log is shown and its output fetched. Kaggle runs on if this stops; asking again with the
 * same bundle picks up where it is. The words of the kaggle program are read here: it often ends with 0 where it failed.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { LabError } from '../../shared/contract/errors.ts'
import type { RunRecord } from '../../shared/domain/run.ts'
import { refuseFull, writeNewFolder } from '../checkpoint/new-folder.ts'
import { readRecord } from '../supervisor/run-directory.ts'
import { type CommandResult, runCommand, saidByBundle } from './command.ts'
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

/** Kaggle's name for "GPU T4 ×2". Another name is not refused: one gets another card. */
const accelerator = 'NvidiaTeslaT4'
/** Looks in a row that may fail before waiting is given up: connections come and go in an hour. */
const patience = 5

type Kaggle = (...args: string[]) => Promise<CommandResult>

/** What every step needs. */
interface Context extends KaggleOptions {
  kaggle: Kaggle
  /** `user/slug` of data set and kernel. */
  id: string
  slug: string
  pollMs: number
}

/** Throws KAGGLE_FAILED, KAGGLE_NO_TOKEN, TOOL_NOT_FOUND, OUTPUT_NOT_WRITABLE. */
export async function trainOnKaggle(options: KaggleOptions): Promise<void> {
  const { runId, out, onLine, signal, pollMs = 15_000 } = options
  await refuseFull(out)
  const kaggle: Kaggle = (...args) => runCommand('kaggle', args, { signal })
  const slug = `distrinews-${runId}`
  const context: Context = { ...options, pollMs, kaggle, slug, id: `${await userName(kaggle)}/${slug}` }
  const state = await kernelState(context)
  if (state === null || isBroken(state)) {
    await upload(context)
    await untilDataSetIsReady(context)
    await push(context)
  } else {
    onLine(`${context.id} is on Kaggle already: ${state}.`)
  }
  await untilTrained(context)
  onLine('Fetching the output …')
  await writeNewFolder(out, async (folder) => {
    const fetched = join(folder, 'fetched')
    expectDone('fetching the output', await kaggle('kernels', 'output', context.id, '-p', fetched))
    await cp(join(fetched, 'out'), folder, { recursive: true }).catch(() => {
      throw failed('fetching the output', 'The kernel left no folder "out".', seeLog(context))
    })
    await rm(fetched, { recursive: true })
    expectTwoT4s(await readRecord(folder))
  })
}

/** A kernel that ended so is started again when asked for again. */
const isBroken = (state: string): boolean => /error|cancel/.test(state)

const seeLog = ({ id }: Context): string => `Its log: https://www.kaggle.com/code/${id}`

/** Each rank has said on which card it trained, and NCCL refuses two ranks on one. */
function expectTwoT4s({ hardware, imported }: RunRecord): void {
  const names = hardware.gpus.filter(({ usable }) => usable).map(({ name }) => name)
  const places = hardware.gpus.flatMap(({ usable, pciAddress }) => (usable && pciAddress !== null ? [pciAddress] : []))
  const areT4s = names.length === 2 && names.every((name) => /\bT4\b/.test(name)) && new Set(places).size === places.length
  if (areT4s && imported?.backend === 'nccl' && imported.worldSize === 2) return
  throw failed(
    'training on two T4s',
    `The run was made by ${imported?.worldSize ?? 0} ranks over ${imported?.backend ?? 'nothing'} on ${names.join(', ') || 'no GPU'}.`,
    'Choose GPU T4 x2 in the settings of the kernel on kaggle.com, or make a new bundle and start that.',
  )
}

async function userName(kaggle: Kaggle): Promise<string> {
  const result = await kaggle('config', 'view')
  const name = /username: *([\w-]+)/.exec(result.output)?.[1]
  if (result.code === 0 && name !== undefined && name !== 'None') return name
  if (isUnreachable(result)) throw unreachable(result)
  throw noToken('The kaggle program has no token.')
}

/** The state of the kernel in Kaggle's words ("complete", "running" …); null where there is no such kernel. */
async function kernelState({ kaggle, id }: Context): Promise<string | null> {
  const result = await kaggle('kernels', 'status', id)
  const word = /has status "?(?:KernelWorkerStatus\.)?(\w+)/i.exec(result.output)?.[1]
  if (word !== undefined) return word.toLowerCase()
  if (isUnreachable(result)) throw unreachable(result)
  if (/404|403|not found|permission/i.test(result.output)) return null
  throw failed('asking for the state of the kernel', result.output)
}

async function upload({ kaggle, bundle, id, slug, onLine }: Context): Promise<void> {
  const stage = await mkdtemp(join(tmpdir(), 'distrinews-kaggle-'))
  try {
    onLine(`Uploading the bundle as the private data set ${id} …`)
    await cp(bundle, stage, { recursive: true, filter: (path) => path !== join(bundle, 'out') && path !== join(bundle, 'logs') })
    await writeFile(join(stage, 'dataset-metadata.json'), JSON.stringify({ id, title: slug, licenses: [{ name: 'other' }] }))
    const { output } = await kaggle('datasets', 'create', '-p', stage, '--dir-mode', 'zip')
    if (!/is being created|already (exists|in use)/i.test(output)) throw failed('uploading the bundle', output)
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}

async function untilDataSetIsReady(context: Context): Promise<void> {
  await until('the data set is ready', context, async () => {
    const { code, output } = await context.kaggle('datasets', 'status', context.id)
    if (/^error\b/im.test(output)) throw new Final(failed('preparing the data set', output))
    if (code !== 0) throw failed('asking for the state of the data set', output)
    return /^ready\b/im.test(output)
  })
}

async function push({ kaggle, id, slug, onLine }: Context): Promise<void> {
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
    const { output } = await kaggle('kernels', 'push', '-p', stage)
    if (/quota|maximum/i.test(output)) throw failed('starting the kernel', output, noQuota)
    if (!/successfully pushed/i.test(output) || /not valid dataset sources/i.test(output)) throw failed('starting the kernel', output)
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}

async function untilTrained(context: Context): Promise<void> {
  const { onLine, signal, id } = context
  const over = new AbortController()
  let log: Promise<void> | null = null
  let last: string | null = null
  try {
    await until('the training ends', context, async () => {
      const now = await kernelState(context)
      if (now !== last) onLine(`Kaggle: ${now ?? 'not started yet'}`)
      last = now
      if (now === 'running') log ??= followLog(id, onLine, signal ? AbortSignal.any([signal, over.signal]) : over.signal)
      if (now !== null && isBroken(now)) throw new Final(await failureOf(context, now))
      return now === 'complete'
    })
  } finally {
    over.abort(new Error('the training is over'))
    await log
  }
}

/** Shows the log as it grows. An early kaggle program cannot, and no harm is done: the state is asked for anyway. */
async function followLog(id: string, onLine: (line: string) => void, signal: AbortSignal): Promise<void> {
  const options = { signal, onLine: (line: string): void => onLine(`  ${line}`) }
  await runCommand('kaggle', ['kernels', 'logs', '--follow', id], options).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}

/** Why the kernel ended as it did: what a script of the bundle said in its log, else the log's end. */
async function failureOf(context: Context, state: string): Promise<LabError> {
  const folder = await mkdtemp(join(tmpdir(), 'distrinews-kaggle-'))
  try {
    await context.kaggle('kernels', 'output', context.id, '-p', folder)
    const log = logText(await readFile(join(folder, `${context.slug}.log`), 'utf8').catch(() => ''))
    const said = saidByBundle(log)
    if (said) return failed('training', said.cause, said.suggestion)
    return failed('training', `The kernel ended as "${state}". ${log.slice(-600)}`, seeLog(context))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const logSchema = z.array(z.object({ data: z.string().catch('') }))

/** Kaggle keeps a log as a JSON list of pieces. */
function logText(file: string): string {
  try {
    return logSchema
      .parse(JSON.parse(file))
      .map(({ data }) => data)
      .join('')
  } catch {
    return file
  }
}

/** Ends the waiting: asking again would give the same answer. */
class Final extends Error {
  readonly why: LabError

  constructor(why: LabError) {
    super(why.message)
    this.why = why
  }
}

/** Asks until it is so. A look that fails is followed by another, up to `patience` in a row. */
async function until(what: string, { pollMs, signal }: Context, isSo: () => Promise<boolean>): Promise<void> {
  // Kaggle ends a kernel after twelve hours.
  const lastTry = Date.now() + 13 * 3600_000
  let failures = 0
  for (;;) {
    try {
      if (await isSo()) return
      failures = 0
    } catch (error) {
      if (error instanceof Final) throw error.why
      if (!(error instanceof LabError) || error.info.code !== 'KAGGLE_FAILED' || ++failures === patience) throw error
    }
    if (Date.now() > lastTry) throw failed(`waiting until ${what}`, 'It took more than 13 hours.')
    await pause(pollMs, undefined, signal ? { signal } : {})
  }
}

function expectDone(what: string, result: CommandResult): void {
  if (result.code !== 0) throw failed(what, result.output)
}

const isUnreachable = ({ output }: CommandResult): boolean =>
  /Max retries exceeded|ConnectionError|NameResolutionError|timed out/i.test(output)

const unreachable = ({ output }: CommandResult): LabError =>
  failed('reaching kaggle.com', output.slice(-300), 'Check the connection; the same command goes on from where it is.')

const noQuota =
  'Kaggle gives a number of GPU hours each week: kaggle.com, your picture, Settings, says when there are more. The same command goes on then.'

/** `why` may be all that the kaggle program printed: its end says most. */
function failed(what: string, why: string, suggestion?: string): LabError {
  if (/\b401\b|unauthorized/i.test(why)) return noToken('Kaggle refused the token.')
  return new LabError({
    code: 'KAGGLE_FAILED',
    title: `Kaggle: ${what} failed`,
    cause: why.trim().slice(-800) || 'The kaggle program said nothing.',
    suggestion:
      suggestion ??
      'GPUs need a verified phone number (kaggle.com, Settings). Once that is mended, the same command goes on from where it is.',
  })
}

const noToken = (cause: string): LabError =>
  new LabError({
    code: 'KAGGLE_NO_TOKEN',
    title: 'Kaggle does not know who you are',
    cause,
    suggestion:
      'Log in with kaggle auth login, or make a token under Settings, API on kaggle.com and save it where that page says; or follow "Kaggle by hand" in the bundle\'s README.',
  })
