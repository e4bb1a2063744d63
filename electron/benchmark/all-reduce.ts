/** What an all-reduce costs among the ranks of a benchmark: the workbench's sweep over sizes, and the α–β model fitted to it. */
import type { AllReduceSweep, Plan } from '../../shared/domain/benchmark.ts'
import { fitAlphaBeta } from '../../shared/domain/cost-model.ts'
import { programInputSchema } from '../../shared/domain/workbench.ts'
import { runProgram } from '../workbench/launcher.ts'

/** The sweep's own limits: it measures rings of two up to as many ranks. */
const fewestLaunched = 3
const mostLaunched = 4

/** Of the largest arm; null where no arm has a ring that the sweep can make. */
export function sweptRing({ arms }: Plan): number | null {
  const sizes = arms.map(({ config }) => config.worldSize).filter((size) => size >= 2 && size <= mostLaunched)
  return sizes.length === 0 ? null : Math.max(...sizes)
}

/** Throws what kept the program from its result, or the signal's reason. */
export async function measureAllReduce(worldSize: number, cacheDirectory: string, signal: AbortSignal): Promise<AllReduceSweep | null> {
  const input = programInputSchema.parse({ program: 'allreduce-sweep', worldSize: Math.max(fewestLaunched, worldSize) })
  const result = await runProgram({ input, cacheDirectory, besideRun: false, signal })
  if (result.program !== 'allreduce-sweep') return null
  const samples = result.ranks[0]?.probe.rings.find((ring) => ring.worldSize === worldSize)?.samples ?? []
  const fit = fitAlphaBeta(samples)
  return fit && { worldSize, samples, fit }
}
