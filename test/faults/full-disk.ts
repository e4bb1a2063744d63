/**
 * A small disk fills up: the save that does not fit says how much it needs, and the last good checkpoint still loads. A run
 * is paused by it, and goes on once there is room.
 */
import { execFileSync } from 'node:child_process'
import { appendFile, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type FileSystem, nodeFileSystem } from '../../electron/checkpoint/file-system.ts'
import { loadNewestValid, saveCheckpoint } from '../../electron/checkpoint/store.ts'
import { LabError } from '../../shared/contract/errors.ts'
import type { RunConfig } from '../../shared/domain/run-config.ts'
import { checkpointContent } from '../helpers/checkpoint-content.ts'
import { type Bench, curveOf, isAlive, pidsOf, until, weightsOf, withBenchIn } from './bench.ts'
import type { Fault, Figure, Outcome } from './fault.ts'
import { inTemporaryDirectory } from './temporary.ts'

const diskMiB = 10
/** For a run of the tiny model. */
const runDiskMiB = 48

/** Three tensors of 1 MiB: three checkpoints fit, a fourth does not. */
function largeContent(step: number) {
  const tensor = () => [{ name: 'classifier.bias', shape: [262_144], data: new Float32Array(262_144).fill(step) }]
  return { ...checkpointContent(step), parameters: tensor(), firstMoments: tensor(), secondMoments: tensor() }
}

/** Runs `work` on a tmpfs of `sizeMiB`. */
async function onSmallDisk(work: (directory: string) => Promise<Figure[]>, sizeMiB = diskMiB): Promise<Outcome> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return { skipped: 'mounting a small disk takes Linux and root' }
  return inTemporaryDirectory(async (directory) => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', directory], { stdio: 'pipe' })
    } catch {
      return { skipped: 'this machine does not let a tmpfs be mounted' }
    }
    try {
      return await work(directory)
    } finally {
      execFileSync('umount', [directory])
    }
  })
}

async function fill(run: string, fileSystem: FileSystem): Promise<Figure[]> {
  let saved = 0
  let error: unknown = null
  while (error === null && saved < 2 * diskMiB) {
    // Kept by hand, so that the disk fills up: the store itself keeps three.
    await saveCheckpoint(run, largeContent((saved + 1) * 10), fileSystem).then(
      () => saved++,
      (reason: unknown) => (error = reason),
    )
    if (saved === 2) await writeFile(join(run, 'other'), Buffer.alloc(2 * 1024 * 1024))
  }
  const info = error instanceof LabError ? error.info : null
  const { checkpoint, rejected } = await loadNewestValid(run)
  const left = (await readdir(join(run, 'checkpoints'))).filter((name) => name.startsWith('.tmp-'))
  const says = /needs (\d+\.\d MB), and (\d+\.\d MB) are free/.exec(info?.cause ?? '')
  return [
    { what: 'the error', goal: 'DISK_FULL', measured: info?.code ?? String(error), pass: info?.code === 'DISK_FULL' },
    { what: 'it says', goal: 'needs X, Y are free', measured: says ? says[0] : (info?.cause ?? 'nothing'), pass: says !== null },
    {
      what: 'loaded afterwards',
      goal: `step ${saved * 10}`,
      measured: `step ${checkpoint?.state.step}, ${rejected.length} damaged, ${left.length} left half`,
      pass: checkpoint?.state.step === saved * 10 && rejected.length === 0 && left.length === 0,
    },
  ]
}

export const fullDisk: Fault = {
  name: 'full-disk',
  title: `A ${diskMiB} MiB disk filled`,
  run: async () => onSmallDisk((directory) => fill(directory, nodeFileSystem)),
  withoutGuard: {
    what: 'a disk that does not say how much is free',
    run: () => onSmallDisk((run) => fill(run, { ...nodeFileSystem, freeBytes: () => Promise.reject(new Error('unknown')) })),
  },
}

/** Writes into `file` until no more than `leave` bytes are free. */
async function fillUp(file: string, leave: number): Promise<void> {
  for (let size = 1024 * 1024; size >= 512; size /= 2)
    while ((await nodeFileSystem.freeBytes(dirname(file))) - size >= leave && (await fits(file, size)));
}

const fits = (file: string, size: number): Promise<boolean> =>
  appendFile(file, Buffer.alloc(size, 1)).then(
    () => true,
    () => false,
  )

interface Manner {
  /** What there is no room for any more. */
  short: string
  leave: number
  /** False: the room that a run keeps for its last words is taken from it. */
  reserve: boolean
}

const noCheckpoint: Manner = { short: 'a checkpoint', leave: 2 * 1024 * 1024, reserve: true }
const nothing: Manner = { short: 'anything', leave: 0, reserve: true }

/** Trains on the disk, fills it, and looks at what becomes of the run; `expected` are weights and curve of a run left alone. */
async function pauseAndResume(bench: Bench, config: RunConfig, expected: string, { short, leave, reserve }: Manner): Promise<Figure[]> {
  // For the last byte: filled between two saves, not in one, whose remains would make room again. An epoch has 60 steps.
  const run = await bench.start(leave > 0 ? { ...config, checkpointEverySteps: 5 } : config)
  await until(() => run.detail().hasModel, 60_000)
  const pids = pidsOf(run)
  if (!reserve) await rm(join(run.runDirectory, '.reserve'))
  const other = join(bench.labDirectory, 'other')
  let over = false
  const ended = run.finished.finally(() => (over = true))
  // Old checkpoints that are cleared away would make room again.
  do await fillUp(other, leave)
  while ((leave > 0 || !reserve) && !over)
  const { state, error, attempt } = await ended
  const left = pids.filter((pid) => pid !== null && isAlive(pid))
  const measured = `${state}, ${error?.code}, attempt ${attempt}, ${left.length} processes left`
  const says = /needs .*B, and .*B are free/.exec(error?.cause ?? '')?.[0]
  const onDisk = (await bench.store.get(run.runId)).record
  await fillUp(other, leave)
  const again: unknown = await bench.resume(run.runDirectory, config).catch((reason: unknown) => reason)
  const refused = again instanceof LabError ? again.info.code : 'no'
  const { checkpoint, rejected } = await loadNewestValid(run.runDirectory)
  await rm(other)
  const end = await (await bench.resume(run.runDirectory, config)).finished
  const from = end.incidents.at(-1)?.resumedFromStep
  const same = (await resultOf(run.runDirectory)) === expected
  const goal = 'paused, DISK_FULL, attempt 1, 0 processes left'
  return [
    { what: `the run, without room for ${short}`, goal, measured, pass: measured === goal },
    { what: 'it says', goal: 'needs X, and Y are free', measured: says ?? error?.cause ?? 'nothing', pass: says !== undefined },
    {
      what: 'its record on the disk',
      goal: 'paused, with the incident',
      measured: `${onDisk.state}, ${onDisk.incidents[0]?.error.code ?? 'no incident'}`,
      pass: onDisk.state === 'paused' && onDisk.incidents[0]?.error.code === 'DISK_FULL',
    },
    { what: 'resumed while it is full', goal: 'refused, DISK_FULL', measured: refused, pass: refused === 'DISK_FULL' },
    {
      what: 'resumed with room',
      goal: 'from the last checkpoint, done, bit-identical',
      measured: `from step ${from} of ${checkpoint?.state.step}, ${end.state}, ${same ? 'bit-identical' : 'different'}`,
      pass: end.state === 'done' && same && from === checkpoint?.state.step && rejected.length === 0,
    },
  ]
}

const resultOf = async (run: string): Promise<string> => `${await weightsOf(run)} ${await curveOf(run)}`

const underRuns = (...manners: Manner[]): Promise<Outcome> =>
  onSmallDisk(
    (directory) =>
      withBenchIn(directory, async (bench) => {
        const config = bench.config({ epochs: 4, microBatch: 2, maxRestarts: 3 })
        const whole = await bench.start(config)
        await whole.finished
        const expected = await resultOf(whole.runDirectory)
        await rm(whole.runDirectory, { recursive: true })
        const figures: Figure[] = []
        for (const manner of manners) {
          figures.push(...(await pauseAndResume(bench, config, expected, manner)))
          await rm(bench.store.runsDirectory, { recursive: true })
        }
        return figures
      }),
    runDiskMiB,
  )

export const fullDiskRun: Fault = {
  name: 'full-disk-run',
  title: `A ${runDiskMiB} MiB disk filled while a run trains on it`,
  trains: true,
  run: () => underRuns(noCheckpoint, nothing),
  withoutGuard: { what: 'no room kept for the record of the run', run: () => underRuns({ ...nothing, reserve: false }) },
}
