/**
 * Every operation of a save fails, once and for good, and every write comes up short: the last good checkpoint still
 * loads, with its numbers, and what readers see is whole.
 */
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileSystem } from '../../electron/checkpoint/file-system.ts'
import { loadNewestValid, readCheckpointTensors, saveCheckpoint } from '../../electron/checkpoint/store.ts'
import { LabError } from '../../shared/contract/errors.ts'
import { checkpointContent } from '../helpers/checkpoint-content.ts'
import type { Effort, Fault, Figure } from './fault.ts'
import { all, none } from './fault.ts'
import { type Failures, FaultyFileSystem } from './faulty-file-system.ts'
import { inTemporaryDirectory } from './temporary.ts'

type Save = (runDirectory: string, step: number, fileSystem: FileSystem) => Promise<unknown>

const save: Save = (runDirectory, step, fileSystem) => saveCheckpoint(runDirectory, checkpointContent(step), fileSystem)

/** Without the guard: the files are written where readers look. */
const saveInPlace: Save = async (runDirectory, step, fileSystem) => {
  const directory = join(runDirectory, 'checkpoints', `step-${String(step).padStart(6, '0')}`)
  await mkdir(directory)
  for (const name of ['model.safetensors', 'manifest.json']) {
    const file = await fileSystem.open(join(directory, name), 'wx')
    try {
      await file.write(Buffer.from('half'), 0, 4)
    } finally {
      await file.close()
    }
  }
}

const scenarios = [
  { name: 'a new step', before: [10, 20, 30, 40], step: 50 },
  { name: 'a step saved again', before: [10, 20], step: 20 },
]
type Scenario = (typeof scenarios)[number]
const codes = ['EIO', 'ENOSPC']

interface Trial {
  name: string
  /** A run with the checkpoints of the steps `before`; it is copied, not changed. */
  original: string
  before: readonly number[]
  step: number
  failures: Failures
}

const saveAll = async (run: string, steps: readonly number[]): Promise<void> => {
  for (const step of steps) await saveCheckpoint(run, checkpointContent(step, 0.5))
}

/** What was wrong about one failing save; null where nothing was. */
async function tryOne({ original, before, step, failures }: Trial, save: Save): Promise<{ fault: string | null; saved: boolean }> {
  return inTemporaryDirectory(async (run) => {
    await cp(original, run, { recursive: true })
    let error: unknown = null
    await save(run, step, new FaultyFileSystem(failures)).catch((reason: unknown) => (error = reason))
    const saved = error === null
    if (!saved && !(error instanceof LabError && ['DISK_FULL', 'OUTPUT_NOT_WRITABLE'].includes(error.info.code)))
      return { fault: `untyped error ${String(error)}`, saved }

    const { checkpoint, rejected } = await loadNewestValid(run)
    if (rejected.length > 0) return { fault: `a reader took something half: ${rejected[0]!.reason}`, saved }
    const found = checkpoint?.state.step
    if (found !== step && (saved || found !== before.at(-1))) return { fault: `step ${found} was loaded`, saved }
    const tensors = await readCheckpointTensors(checkpoint!.directory)
    if (tensors.parameters.get('classifier.bias')?.data[1] !== found) return { fault: 'other numbers were loaded', saved }
    // The disk works again: the next save clears away what this one left.
    await saveCheckpoint(run, checkpointContent(step + 10))
    const left = (await readdir(join(run, 'checkpoints'))).filter((name) => !/^step-\d+$/.test(name))
    return { fault: left.length > 0 ? `left behind: ${left.join(', ')}` : null, saved }
  })
}

/** For every operation of the save of `step`; in the short form the operations take the codes in turn. */
async function trials(original: string, { name, before, step }: Scenario, save: Save, long: boolean): Promise<Trial[]> {
  const counting = new FaultyFileSystem()
  await inTemporaryDirectory(async (run) => {
    await cp(original, run, { recursive: true })
    if (save === saveInPlace) await writeFile(join(run, 'x'), '')
    await save(run, step, counting).catch(() => undefined)
  })
  return codes.flatMap((code) =>
    counting.operations.flatMap((operation, at): Trial[] => {
      if (!long && codes[at % codes.length] !== code) return []
      const what = `${name}, operation ${at} (${operation}), ${code}`
      const common = { original, before, step }
      return [
        { ...common, name: `${what}, once`, failures: { fails: (index) => (index === at ? code : null) } },
        { ...common, name: `${what}, for good`, failures: { fails: (index) => (index >= at ? code : null) } },
      ]
    }),
  )
}

async function everyOperation(save: Save, { long }: Effort): Promise<Figure[]> {
  const wrong: string[] = []
  let count = 0
  for (const scenario of scenarios)
    await inTemporaryDirectory(async (original) => {
      await saveAll(original, scenario.before)
      for (const trial of await trials(original, scenario, save, long)) {
        const { fault } = await tryOne(trial, save)
        if (fault !== null) wrong.push(`${trial.name}: ${fault}`)
        count++
      }
    })
  return [none('saves of which one operation failed, after which something was lost, half or untyped', count, wrong)]
}

async function shortWrites(): Promise<Figure> {
  const sizes = [1, 7, 4096]
  let right = 0
  await inTemporaryDirectory(async (original) => {
    await saveAll(original, [10])
    for (const writeAtMost of sizes) {
      const trial = { name: '', original, before: [10], step: 20, failures: { fails: () => null, writeAtMost } }
      const { fault, saved } = await tryOne(trial, save)
      if (fault === null && saved) right++
    }
  })
  return all('saves in writes of 1, 7 and 4,096 bytes, whole', right, sizes.length)
}

/** A flush fails: the descriptor is not asked again, and other files are written. */
async function failedFlush(): Promise<Figure> {
  const perFile: string[][] = []
  await inTemporaryDirectory(async (run) => {
    let failed = false
    const once = new FaultyFileSystem({ fails: (_, operation) => (operation === 'sync' && !failed ? ((failed = true), 'EIO') : null) })
    const open = once.open
    once.open = async (path, flags) => {
      const calls: string[] = []
      perFile.push(calls)
      const file = await open(path, flags)
      return { ...file, sync: () => (calls.push('sync'), file.sync()) }
    }
    await save(run, 10, once)
    const { checkpoint, rejected } = await loadNewestValid(run)
    if (checkpoint?.state.step !== 10 || rejected.length > 0) perFile.push(['sync', 'sync'])
  })
  const retried = perFile.filter((calls) => calls.length > 1)
  return none(
    'descriptors flushed again after a failed flush (the save succeeds with new files)',
    perFile.length,
    retried.map(() => 'flushed twice'),
  )
}

export const failingDisk: Fault = {
  name: 'failing-disk',
  title: 'Every I/O operation of a save failed once and for good; short writes',
  run: async (effort) => [...(await everyOperation(save, effort)), await shortWrites(), await failedFlush()],
  withoutGuard: { what: 'files written in place, not renamed', run: (effort) => everyOperation(saveInPlace, effort) },
}
