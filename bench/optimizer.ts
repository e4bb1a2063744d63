/**
 * AdamW over the parameters of DistilBERT on one flat memory, against PyTorch's (foreach) at one thread and at as many as
 * this machine has, and against how fast one thread can copy memory at all.
 */
import { availableParallelism } from 'node:os'
import { median } from '../shared/domain/series.ts'
import { ours, pairUp, torch } from './contestants.ts'
import { withJob } from './job.ts'
import { Group } from './peers.ts'
import type { BenchRow } from './report.ts'
import { vectorsMoved } from './workers/optimizer.ts'

const bench = 'optimizer'

export async function benchOptimizer(pairs: number, report: (row: BenchRow) => void): Promise<void> {
  await withJob({ model: 'distilbert', rows: 1, length: 8 }, async (directory) => {
    const contest = (what: 'adamw' | 'clipped', threads: number) =>
      pairUp(new Group([ours('optimizer', [directory, what])]), new Group([torch('optimizer.py', [directory, threads, what], threads)]), {
        pairs,
        perTurn: 3,
      })
    const most = availableParallelism()
    report({ bench, name: 'AdamW, ours against 1 thread', ...(await contest('adamw', 1)), must: 3 })
    if (most > 1)
      report({
        bench,
        name: `AdamW, ours on 1 thread against ${Math.min(4, most)}`,
        ...(await contest('adamw', Math.min(4, most))),
        must: 1,
      })
    report({ bench, name: 'clipping by global norm and AdamW, 1 thread', ...(await contest('clipped', 1)) })
    report(await bandwidth(directory, pairs))
  })
}

/** Bytes moved a second by the update, as a share of what a plain copy moves. */
async function bandwidth(directory: string, pairs: number): Promise<BenchRow> {
  const groups = { adamw: new Group([ours('optimizer', [directory, 'adamw'])]), copy: new Group([ours('optimizer', [directory, 'copy'])]) }
  try {
    const { flatBytes } = await groups.adamw.ready()
    await groups.copy.ready()
    const rates: Record<keyof typeof groups, number[]> = { adamw: [], copy: [] }
    for (let pair = 0; pair < pairs; pair++) {
      for (const who of ['adamw', 'copy'] as const) {
        const vectors = who === 'adamw' ? vectorsMoved : 1
        rates[who].push((vectors * Number(flatBytes)) / median((await groups[who].run(3)).ms)! / 1e6)
      }
    }
    const ratio = median(rates.adamw.map((rate, pair) => rate / rates.copy[pair]!))!
    const figures = { ours: median(rates.adamw)!, peer: median(rates.copy)!, unit: 'GB/s', peerName: 'plain copy', ratio, count: pairs }
    return { bench, name: 'memory bandwidth of AdamW', ...figures, must: 0.7 }
  } finally {
    groups.adamw.end()
    groups.copy.end()
  }
}
