/** A small disk fills up: the save that does not fit says how much it needs, and the last good checkpoint still loads. */
import { execFileSync } from 'node:child_process'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type FileSystem, nodeFileSystem } from '../../electron/checkpoint/file-system.ts'
import { loadNewestValid, saveCheckpoint } from '../../electron/checkpoint/store.ts'
import { LabError } from '../../shared/contract/errors.ts'
import { checkpointContent } from '../helpers/checkpoint-content.ts'
import type { Fault, Figure, Outcome } from './fault.ts'
import { inTemporaryDirectory } from './temporary.ts'

const diskMiB = 10

/** Three tensors of 1 MiB: three checkpoints fit, a fourth does not. */
function largeContent(step: number) {
  const tensor = () => [{ name: 'classifier.bias', shape: [262_144], data: new Float32Array(262_144).fill(step) }]
  return { ...checkpointContent(step), parameters: tensor(), firstMoments: tensor(), secondMoments: tensor() }
}

/** Runs `work` on a tmpfs of 10 MiB. */
async function onSmallDisk(work: (directory: string) => Promise<Figure[]>): Promise<Outcome> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return { skipped: 'mounting a small disk takes Linux and root' }
  return inTemporaryDirectory(async (directory) => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMiB}m`, 'tmpfs', directory], { stdio: 'pipe' })
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
