/**
 * Energy of a span of time: of the processor packages and of GPUs, where the machine tells. It samples while the span lasts,
 * so that the span's ends may be named afterwards. What the machine needs at rest, and for other programs, is included.
 */
import type { Conditions } from '../../../shared/domain/benchmark.ts'
import { watchGpuPower } from './gpu-power.ts'
import { powercapDirectory, problemOf, RaplCounter } from './rapl.ts'
import { type EnergySample, type EnergySeries, joulesBetween } from './series.ts'

const everyMs = 200

export type EnergyReading = Pick<Conditions, 'energyJoules' | 'gpuJoules' | 'energySeconds' | 'energyMissing'>

/** On `performance.now()`'s clock. */
export interface Span {
  fromMs: number
  toMs: number
}

export interface EnergyMeter {
  /** Ends the sampling; `span` null: there is nothing to measure. */
  stop(span: Span | null): Promise<EnergyReading>
}

/** Places are given by tests only. */
export async function startEnergyMeter({ powercap = powercapDirectory, nvidiaSmi = 'nvidia-smi' } = {}): Promise<EnergyMeter> {
  const [stopPackages, gpus] = [await samplePackages(powercap), watchGpuPower(nvidiaSmi)]
  return {
    stop: async (span) => {
      const [packages, gpuSeries] = await Promise.all([stopPackages(), gpus.stop()])
      const joules = (series: EnergySeries | string): number | null =>
        typeof series === 'string' || span === null ? null : joulesBetween(series, span.fromMs, span.toMs)
      const [energyJoules, gpuJoules] = [joules(packages), joules(gpuSeries)]
      const missing = [
        ...(energyJoules === null ? [typeof packages === 'string' ? packages : notCovered] : []),
        ...(gpuJoules === null ? [typeof gpuSeries === 'string' ? gpuSeries : notCovered] : []),
      ]
      return {
        energyJoules,
        gpuJoules,
        energySeconds: span && (span.toMs - span.fromMs) / 1000,
        energyMissing: missing.length === 0 ? null : missing.join('; '),
      }
    },
  }
}

const notCovered = 'the counters were not sampled over all of the measured steps'

/** Returns what ends the sampling. */
async function samplePackages(powercap: string): Promise<() => Promise<EnergySeries | string>> {
  const counter = await RaplCounter.open(powercap)
  if (typeof counter === 'string') return () => Promise.resolve(counter)
  const samples: EnergySample[] = []
  let problem: string | null = null
  const sample = async (): Promise<void> => {
    if (problem !== null) return
    try {
      const joules = await counter.read()
      samples.push({ atMs: performance.now(), joules })
    } catch (error) {
      problem = problemOf(error, powercap)
    }
  }
  await sample()
  let turn = Promise.resolve()
  const timer = setInterval(() => void (turn = turn.then(sample)), everyMs)
  return async () => {
    clearInterval(timer)
    await turn.then(sample)
    return problem ?? samples
  }
}
