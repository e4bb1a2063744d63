/** How the two sides are started: our workers on this Node, PyTorch's scripts on Debian's python3, at its best settings. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { entryFile, projectRoot } from '../electron/paths.ts'
import { median } from '../shared/domain/series.ts'
import { alternate, type Group, type ProcessSpec, type ReadyFacts } from './peers.ts'

/** Debian's, or the one named: a PyTorch with CUDA usually lives in an environment of its own. */
const python = process.env['DISTRINEWS_PYTHON'] ?? '/usr/bin/python3'

/** PyTorch's version, or null where it is not installed. */
export const torchVersion: string | null = (() => {
  const { status, stdout } = spawnSync(python, ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : null
})()

/** Whether PyTorch can compute on a GPU here. */
export const torchHasCuda = (): boolean =>
  spawnSync(python, ['-c', 'import torch, sys; sys.exit(0 if torch.cuda.is_available() else 1)']).status === 0

export const torchName = `PyTorch ${torchVersion ?? 'missing'}`
export const torchMissing = `no torch for ${python} here (Debian: python3-torch, libopenblas0-pthread)`

/**
 * A script of `bench/torch` at PyTorch's best settings: without GOMP_SPINCOUNT=0 its two thread pools spin against each
 * other (2–6 times slower), and a core type that the environment prescribes would keep OpenBLAS from this machine's kernels.
 */
export const torch = (
  script: string,
  args: readonly (string | number)[],
  threads: number,
  env: Record<string, string> = {},
): ProcessSpec => ({
  command: python,
  args: [join(projectRoot, 'bench', 'torch', script), ...args.map(String)],
  env: {
    OMP_NUM_THREADS: String(threads),
    OPENBLAS_NUM_THREADS: String(threads),
    GOMP_SPINCOUNT: '0',
    OPENBLAS_CORETYPE: undefined,
    OPENBLAS_L2_SIZE: undefined,
    ...env,
  },
})

/** A worker of `bench/workers`, by name. */
export const ours = (worker: string, args: readonly (string | number)[], env: Record<string, string> = {}): ProcessSpec => ({
  command: process.execPath,
  args: [entryFile('bench-worker'), worker, ...args.map(String)],
  env,
})

interface PairOptions {
  pairs: number
  /** Repetitions of each side in a pair. */
  perTurn: number
  /** Throws where the two sides do not compute the same. */
  check?: (ours: ReadyFacts, peer: ReadyFacts) => void
}

/** Lets `us` and PyTorch compete, then ends both: what a row needs to know of it. */
export async function pairUp(us: Group, peer: Group, { pairs, perTurn, check }: PairOptions) {
  try {
    const [weSay, theySay] = await Promise.all([us.ready(), peer.ready()])
    check?.(weSay, theySay)
    const { oursMs, peerMs, ratio } = await alternate(us, peer, pairs, perTurn)
    return { ours: oursMs, peer: peerMs, unit: 'ms', peerName: torchName, ratio, count: pairs }
  } finally {
    us.end()
    peer.end()
  }
}

/** Our side alone, where there is no peer on the same device. */
export async function alone(us: Group, count: number) {
  try {
    await us.ready()
    const { ms } = await us.run(count)
    return { ours: median(ms)!, peer: null, unit: 'ms', peerName: '', ratio: null, count }
  } finally {
    us.end()
  }
}
