/** Energy of the arms as a table and in words; where the machine does not tell, why. */
import type { ArmResult } from '../../../shared/benchmark/analysis.ts'
import type { Benchmark } from '../../../shared/domain/benchmark.ts'
import { formatQuantity, missing } from '../format.ts'
import type { Table } from '../results.ts'

interface Of {
  benchmark: Benchmark
  results: readonly ArmResult[]
}

const joules = (value: number | null | undefined): string =>
  value === null || value === undefined ? missing : `${formatQuantity(value)} J`

/** Without rows where no arm measured it. */
export const energyTable = ({ results }: Of): Table => ({
  columns: ['Arm', 'n', 'Measured steps', 'Processor', 'GPUs', 'Mean power', 'Per 1,000 samples', '95 % interval'],
  rows: results.every(({ energy }) => energy === null)
    ? []
    : results.map(({ arm, energy }) => [
        arm.label,
        String(energy?.count ?? 0),
        joules(energy?.joules),
        joules(energy?.packageJoules),
        joules(energy?.gpuJoules),
        energy ? `${formatQuantity(energy.watts)} W` : missing,
        joules(energy?.joulesPerThousandSamples.median),
        energy?.joulesPerThousandSamples.interval?.map((value) => joules(value)).join(' – ') ?? missing,
      ]),
})

export const energyNote =
  'Joules from the end of the warm-up to the last measured step, validations between them included: of whole processor packages and GPUs, so what the machine takes at rest and for other programs is in them. Medians of the repetitions, measured.'

/** Why some or all of it is not measured; null where nothing is missing. */
export function energyMissing({ benchmark, results }: Of): string | null {
  const reasons = [...new Set(benchmark.repetitions.flatMap(({ conditions }) => conditions?.energyMissing ?? []))]
  const why = reasons.join('; ') || 'the machine does not tell'
  if (results.every(({ energy }) => energy === null)) return `energy: ${why}`
  return reasons.length === 0 ? null : `energy of a part of the machine: ${why}`
}
