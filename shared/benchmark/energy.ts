/** Energy of an arm over its measured steps, from the counters of the machine: background included. Pure. */
import { median } from '../domain/series.ts'
import { type Summary, summaryOf } from '../domain/statistics.ts'
import type { Done } from './analysis.ts'

export interface EnergyResult {
  /** Repetitions that measured it. */
  count: number
  /** Medians of a repetition's measured steps: processor packages and GPUs; null where none of them was measured. */
  packageJoules: number | null
  gpuJoules: number | null
  /** Of both together. */
  joules: number
  watts: number
  joulesPerThousandSamples: Summary
}

/** Null where no repetition measured any. Early files counted the start of the ranks in: theirs is left out. */
export function energyOf(done: readonly Done[]): EnergyResult | null {
  const readings = done.flatMap(({ conditions, measured: { sampleCount } }) => {
    if (!conditions || conditions.energySeconds === null) return []
    const { energyJoules, gpuJoules, energySeconds } = conditions
    if (energyJoules === null && gpuJoules === null) return []
    return { energyJoules, gpuJoules, joules: (energyJoules ?? 0) + (gpuJoules ?? 0), energySeconds, sampleCount }
  })
  const perThousand = summaryOf(readings.map(({ joules, sampleCount }) => (1000 * joules) / sampleCount))
  if (perThousand === null) return null
  const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null)
  return {
    count: readings.length,
    packageJoules: median(known(readings.map(({ energyJoules }) => energyJoules))),
    gpuJoules: median(known(readings.map(({ gpuJoules }) => gpuJoules))),
    joules: median(readings.map(({ joules }) => joules))!,
    watts: median(readings.map(({ joules, energySeconds }) => joules / energySeconds))!,
    joulesPerThousandSamples: perThousand,
  }
}
