/** What a benchmark's report says of padding: whether arms that pad differently still computed the same, and what older files counted. */
import type { ArmResult } from '../../../shared/benchmark/analysis.ts'
import type { Benchmark, Plan } from '../../../shared/domain/benchmark.ts'
import { formatLoss } from '../format.ts'

/** The proof that policies differ in time only: losses of the same seed, arm by arm; none where something else varies. */
export function lossSentence(results: readonly ArmResult[], { factor, arms }: Plan): string[] {
  const repetitions = results.flatMap(({ done }) => done)
  const spreads = [...new Set(repetitions.map(({ seed }) => seed))].flatMap((seed) => {
    const losses = repetitions.filter((each) => each.seed === seed).flatMap(({ measured }) => measured.meanLoss ?? [])
    return losses.length > 1 ? Math.max(...losses) - Math.min(...losses) : []
  })
  if (factor !== 'padding' || spreads.length === 0) return []
  const masks =
    arms.some(({ config }) => config.padding === 'maxLength') && arms.some(({ config }) => config.padding !== 'maxLength')
      ? ' Dropout inside attention, where there is any, draws other masks in a grid of the maximum length.'
      : ''
  const widest = Math.max(...spreads)
  const found = widest < 0.00005 ? 'agree to four decimals' : `differ by at most ${formatLoss(widest)}`
  return [`The mean losses of repetitions with the same seed ${found} between the arms.${masks}`]
}

export const paddedTokensCaveat = ({ version }: Benchmark): string[] =>
  version === 1
    ? ['An older file: tokens with padding are those of the whole grid of a batch, although packed batches computed fewer.']
    : []
