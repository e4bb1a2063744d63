/**
 * Forward and backward pass against eager PyTorch on the same weights and the same batch, without dropout. The rows of the
 * batch have from half to all of its length, as batches of headlines have; the peer computes their padding.
 */
import { availableParallelism } from 'node:os'
import { ours, pairUp, torch } from './contestants.ts'
import { withJob, type JobShape } from './job.ts'
import { Group } from './peers.ts'
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
  { title: '', rowsFrom: 0.5, lastLayer: 'cls', isJudged: true },
  { title: ', full rows', rowsFrom: 1, lastLayer: 'cls', note: 'no padding to leave out' },
  { title: ', like for like', rowsFrom: 1, lastLayer: 'full', note: 'full rows, and the whole last layer on our side too' },
] as const

export async function benchEngine(pairs: number, report: (row: BenchRow) => void): Promise<void> {
  const threadCounts = [1, 2, 4].filter((threads) => threads <= availableParallelism())
  for (const shape of shapes) {
    for (const { title, rowsFrom, lastLayer, ...about } of contests) {
      await withJob({ ...shape, shortest: Math.round(shape.length * rowsFrom) }, async (directory) => {
        for (const threads of threadCounts) {
          const judged = 'isJudged' in about ? { must: shape.must, goal: shape.goal } : { note: about.note }
          const name = `${shape.model} ${shape.rows}×${shape.length}, ${threads} ${threads === 1 ? 'thread' : 'threads'}${title}`
          report({
            bench: 'engine',
            name,
            ...(await contest(directory, threads, lastLayer, pairs, shape.model === 'small' ? 6 : 1)),
            ...judged,
          })
        }
      })
    }
  }
}

async function contest(directory: string, threads: number, lastLayer: 'cls' | 'full', pairs: number, perTurn: number) {
  return pairUp(
    new Group([ours('engine', [directory, threads, lastLayer])]),
    new Group([torch('engine.py', [directory, threads], threads)]),
    {
      pairs,
      perTurn,
      check: (we, they) => {
        if (!(Math.abs(Number(we.loss) / Number(they.loss) - 1) < 1e-4)) throw new Error(`The losses differ: ${we.loss} and ${they.loss}`)
      },
    },
  )
}
