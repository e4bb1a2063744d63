/** Peak resident memory of a rank that trains DistilBERT, beside PyTorch's for the same step. */
import { freePort } from './allreduce.ts'
import { ours, torch, torchName } from './contestants.ts'
import { withJob } from './job.ts'
import { Group } from './peers.ts'
import type { BenchRow } from './report.ts'

const megabytes = (bytes: unknown): number => Number(bytes) / 1e6

export async function benchMemory(_pairs: number, report: (row: BenchRow) => void): Promise<void> {
  await withJob({ model: 'distilbert', rows: 32, length: 32, shortest: 16 }, async (directory) => {
    const peakOf = async (group: Group): Promise<number> => {
      try {
        await group.ready()
        return megabytes((await group.run(5)).first['peakRssBytes'])
      } finally {
        group.end()
      }
    }
    const us = await peakOf(new Group([ours('step', [directory, 1, 0, 1, directory, 4 * 1024 * 1024])]))
    const peer = await peakOf(new Group([torch('step.py', [directory, 1, 0, 1, await freePort()], 1)]))
    const figures = { ours: us, peer, unit: 'MB', peerName: torchName, ratio: peer / us, count: 1 }
    report({ bench: 'memory', name: 'peak RSS, distilbert 32×32, 1 rank', ...figures, must: 1 / 1.3 })
  })
}
