/**
 * Forward and backward pass against eager PyTorch on the same weights and the same batch, without dropout. The rows of the
 * batch have from half to all of its length, as batches of headlines have; the peer computes their padding.
 */
import { availableParallelism } from 'node:os'
import { deviceTitles, type Device } from '../shared/domain/device.ts'
import { alone, ours, pairUp, torch, torchHasCuda } from './contestants.ts'
import { withJob, type JobShape } from './job.ts'
import { Group, type ReadyFacts } from './peers.ts'
import type { BenchRow } from './report.ts'

interface Shape extends JobShape {
  must: number
  goal: number
}

const shapes: Shape[] = [
  { model: 'distilbert', rows: 32, length: 32, must: 1.1, goal: 1.3 },
  { model: 'distilbert', rows: 16, length: 128, must: 1.1, goal: 1.3 },
  { model: 'small', rows: 64, length: 32, must: 1.3, goal: 1.5 },
]

/** What the rows hold, and whether the last layer is computed for all positions on our side too. */
const contests = [
  { title: '', rowsFrom: 0.5, lastLayer: 'cls', isJudged: true, note: '' },
  { title: ', full rows', rowsFrom: 1, lastLayer: 'cls', isJudged: false, note: 'no padding to leave out' },
  {
    title: ', like for like',
    rowsFrom: 1,
    lastLayer: 'full',
    isJudged: false,
    note: 'full rows, and the whole last layer on our side too',
  },
] as const

/** On a device, PyTorch computes on the same card where it can; else the rows are ours alone. */
export async function benchEngine(pairs: number, report: (row: BenchRow) => void, device: Device): Promise<void> {
  const isCpu = device === 'cpu'
  const hasPeer = isCpu || torchHasCuda()
  const threadCounts = [1, 2, 4].filter((threads) => (isCpu ? threads <= availableParallelism() : threads === 1))
  for (const shape of shapes) {
    for (const { title, rowsFrom, lastLayer, isJudged, note } of contests) {
      await withJob({ ...shape, shortest: Math.round(shape.length * rowsFrom) }, async (directory) => {
        for (const threads of threadCounts) {
          const about = isJudged ? (isCpu ? { must: shape.must, goal: shape.goal } : {}) : { note }
          const on = isCpu ? `${threads} ${threads === 1 ? 'thread' : 'threads'}` : deviceTitles[device]
          const name = `${shape.model} ${shape.rows}×${shape.length}, ${on}${title}`
          const us = new Group([ours('engine', [directory, threads, lastLayer, device])])
          const peer = hasPeer ? new Group([torch('engine.py', [directory, threads, isCpu ? 'cpu' : 'cuda'], threads)]) : null
          const perTurn = shape.model === 'small' || !isCpu ? 6 : 1
          report({ bench: 'engine', name, ...(await contest(us, peer, pairs, perTurn)), ...about })
        }
      })
    }
  }
}

async function contest(us: Group, peer: Group | null, pairs: number, perTurn: number) {
  const check = (we: ReadyFacts, they: ReadyFacts): void => {
    if (!(Math.abs(Number(we.loss) / Number(they.loss) - 1) < 1e-4)) throw new Error(`The losses differ: ${we.loss} and ${they.loss}`)
  }
  return peer ? pairUp(us, peer, { pairs, perTurn, check }) : alone(us, pairs * perTurn)
}
