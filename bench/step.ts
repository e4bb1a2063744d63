/**
 * A whole step of data-parallel training (forward, backward, all-reduce, clipping, AdamW) against PyTorch's
 * DistributedDataParallel over gloo; and weak scaling, that is how much of a step is left when a rank is added.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { stepPhasesSchema, type StepPhases } from '../shared/domain/metrics.ts'
import { runConfigSchema } from '../shared/domain/run-config.ts'
import { median } from '../shared/domain/series.ts'
import { freePort } from './allreduce.ts'
import { ours, torch, torchName } from './contestants.ts'
import { withJob, type JobShape } from './job.ts'
import { alternate, Group } from './peers.ts'
import type { BenchRow } from './report.ts'

const shapes: (JobShape & { perTurn: number })[] = [
  { model: 'distilbert', rows: 32, length: 32, perTurn: 2 },
  { model: 'small', rows: 64, length: 32, perTurn: 6 },
]
const phasesSchema = z.array(stepPhasesSchema)

async function withGroups<T>(
  directory: string,
  worldSize: number,
  threads: number,
  use: (groups: { ours: Group; peer: Group }) => Promise<T>,
): Promise<T> {
  const rendezvous = mkdtempSync(join(tmpdir(), 'distrinews-ring-'))
  const port = await freePort()
  const { bucketCapBytes } = runConfigSchema.parse({})
  const ranks = Array.from({ length: worldSize }, (_, rank) => rank)
  const groups = {
    ours: new Group(ranks.map((rank) => ours('step', [directory, threads, rank, worldSize, rendezvous, bucketCapBytes]))),
    peer: new Group(ranks.map((rank) => torch('step.py', [directory, threads, rank, worldSize, port], threads))),
  }
  try {
    await Promise.all([groups.ours.ready(), groups.peer.ready()])
    return await use(groups)
  } finally {
    groups.ours.end()
    groups.peer.end()
    rmSync(rendezvous, { recursive: true, force: true })
  }
}

const nameOf = ({ model, rows, length }: JobShape, threads: number): string =>
  `${model} ${rows}×${length}, ${threads} ${threads === 1 ? 'thread' : 'threads'} each`

export async function benchStep(pairs: number, report: (row: BenchRow) => void): Promise<void> {
  const threads = Math.max(1, Math.floor(availableParallelism() / 2))
  for (const shape of shapes) {
    await withJob({ ...shape, shortest: shape.length / 2 }, (directory) =>
      withGroups(directory, 2, threads, async (groups) => {
        const { oursMs, peerMs, ratio } = await alternate(groups.ours, groups.peer, pairs, shape.perTurn)
        const figures = { ours: oursMs, peer: peerMs, unit: 'ms', peerName: `DDP over gloo of ${torchName}`, ratio, count: pairs }
        report({ bench: 'step', name: `2 ranks, ${nameOf(shape, threads)}`, ...figures, must: 1.25 })
      }),
    )
  }
}

export async function benchScaling(pairs: number, report: (row: BenchRow) => void): Promise<void> {
  const cores = availableParallelism()
  const most = Math.min(4, cores)
  const threads = Math.max(1, Math.floor(cores / most))
  const shape = shapes[0]!
  await withJob({ ...shape, shortest: shape.length / 2 }, (directory) =>
    withGroups(directory, 1, threads, async (alone) => {
      for (const worldSize of [2, 4].filter((ranks) => ranks <= most)) {
        await withGroups(directory, worldSize, threads, async (together) => {
          for (const who of ['ours', 'peer'] as const) {
            const { oursMs, peerMs, ratio } = await alternate(together[who], alone[who], pairs, shape.perTurn)
            const name = `${who === 'ours' ? '' : `${torchName}: `}1 → ${worldSize} ranks, ${nameOf(shape, threads)}`
            const figures = { ours: oursMs, peer: peerMs, unit: 'ms', peerName: 'one rank', ratio, count: pairs }
            report({ bench: 'scaling', name, ...figures, ...(who === 'ours' && worldSize === 2 && { goal: 0.97 }), note: 'efficiency' })
          }
          report(await waterfall(together.ours, worldSize, shape.perTurn * pairs))
        })
      }
    }),
  )
}

/** Where the time of rank 0 goes, and whether the parts add up to the wall clock. */
async function waterfall(group: Group, worldSize: number, count: number): Promise<BenchRow> {
  const { first } = await group.run(count)
  const phases = phasesSchema.parse(first['phases'])
  const wallMs = median(first.ms)!
  const partMs = (phase: keyof StepPhases): number => median(phases.map((step) => step[phase]))!
  const sums = phases.map((step) => Object.values(step).reduce((sum, ms) => sum + ms, 0))
  const share = median(sums.map((sum, index) => sum / first.ms[index]!))!
  const parts = [
    ['data', partMs('dataMs')],
    ['forward and backward', partMs('forwardBackwardMs')],
    ['exposed communication', partMs('allReduceMs')],
    ['optimizer', partMs('optimizerMs')],
    ['idle', wallMs * (1 - share)],
  ] as const
  const note = parts.map(([name, ms]) => `${name} ${ms.toFixed(1)}`).join(', ')
  const figures = { ours: median(sums)!, peer: wallMs, unit: 'ms', peerName: 'wall clock', ratio: share, count }
  return { bench: 'scaling', name: `waterfall of rank 0 of ${worldSize}`, ...figures, must: 0.98, note }
}
