/**
 * What our way of making batches gains over the original recipe (random rows, every one padded to 128 tokens and computed
 * whole) on the same engine, and whether it learns as well: accuracy after one epoch each.
 */
import { availableParallelism } from 'node:os'
import { ours } from './contestants.ts'
import { devFile, trainFile } from './news.ts'
import { alternate, Group } from './peers.ts'
import type { BenchRow } from './report.ts'

const rowsPerStep = 32
const arm = (name: string, threads: number): Group => new Group([ours('recipe', [trainFile, threads, name])])

export async function benchRecipe(pairs: number, report: (row: BenchRow) => void): Promise<void> {
  const [us, original] = [arm('ours', 1), arm('original', 1)]
  try {
    await Promise.all([us.ready(), original.ready()])
    // The first steps meet new batch shapes.
    await us.run(40)
    await original.run(3)
    const { oursMs, peerMs, ratio } = await alternate(us, original, pairs, 8)
    const [oursPerSec, peerPerSec] = [(rowsPerStep * 1000) / oursMs, (rowsPerStep * 1000) / peerMs]
    const figures = { ours: oursPerSec, peer: peerPerSec, unit: 'samples/s', peerName: 'padded to 128', ratio, count: pairs }
    report({ bench: 'recipe', name: 'small, AG News, 1 rank, 1 thread', ...figures, must: 4 })
  } finally {
    us.end()
    original.end()
  }
  report(await accuracies())
}

async function accuracies(): Promise<BenchRow> {
  const learn = async (name: string): Promise<{ accuracy: number; interval: [number, number] }> => {
    const group = arm(name, availableParallelism())
    try {
      const { stepsPerEpoch } = await group.ready()
      const { first } = await group.run(Number(stepsPerEpoch), devFile)
      return { accuracy: Number(first['accuracy']), interval: first['interval'] as [number, number] }
    } finally {
      group.end()
    }
  }
  const us = await learn('ours')
  const original = await learn('sameMath')
  const percent = (share: number): string => (share * 100).toFixed(2)
  const overlap = us.interval[0] <= original.interval[1] && original.interval[0] <= us.interval[1]
  const note = `95 %: ${us.interval.map(percent).join('–')} and ${original.interval.map(percent).join('–')}, ${overlap ? 'they overlap' : 'apart'}`
  const figures = { ours: us.accuracy * 100, peer: original.accuracy * 100, unit: '%', peerName: 'original’s batches', count: 1, note }
  return {
    bench: 'recipe',
    name: 'accuracy on dev.csv after 1 epoch',
    ...figures,
    ratio: overlap ? 1 : us.accuracy / original.accuracy,
    must: 1,
  }
}
