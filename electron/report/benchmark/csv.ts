/** A benchmark as CSV: one row for each repetition with its figures in full precision; texts are defused. */
import { toCsv } from '../../../shared/domain/csv-text.ts'
import { stepSeconds } from '../../../shared/benchmark/analysis.ts'
import { median, quantile } from '../../../shared/domain/series.ts'
import { visible } from '../escape.ts'
import type { BenchmarkFacts } from './facts.ts'
import { targetCells, targetColumns } from './target.ts'

const columns = [
  'benchmark', 'arm', 'label', 'ranks', 'rows_per_step', 'repetition', 'seed', 'state', 'provenance', 'samples_per_sec', 'tokens_per_sec',
  'padded_tokens_per_sec', 'step_ms_p50', 'step_ms_p95', 'step_ms_p99', 'data_ms', 'forward_backward_ms', 'forward_ms', 'all_reduce_ms', 'optimizer_ms',
  'idle_ms', 'straggler_gap_ms', 'rss_bytes', 'peak_rss_bytes', 'validation_accuracy', 'validation_rows', 'others_busy_share', 'calibration_before_ms',
  'calibration_after_ms', 'energy_joules', 'gpu_joules', 'energy_seconds', 'padding', 'mean_loss', ...targetColumns, 'error',
] // prettier-ignore

export function renderBenchmarkCsv({ benchmark, results }: BenchmarkFacts): string {
  const rows = benchmark.repetitions.map(({ arm, repetition, seed, state, measured: m, conditions, error }) => {
    const result = results.find((of) => of.arm.id === arm)!
    const seconds = m ? stepSeconds(m) : Number.NaN
    const rate = (count: number | undefined): number | null => (count === undefined ? null : count / seconds)
    return [
      benchmark.id,
      visible(arm),
      visible(result.arm.label),
      result.arm.config.worldSize,
      result.rowsPerStep,
      repetition,
      seed,
      state,
      m?.provenance ?? null,
      rate(m?.sampleCount),
      rate(m?.tokenCount),
      rate(m?.paddedTokenCount),
      m && median(m.stepMs),
      m && quantile(m.stepMs, 0.95),
      m && quantile(m.stepMs, 0.99),
      m?.phases.dataMs ?? null,
      m?.phases.forwardBackwardMs ?? null,
      m?.forwardMs ?? null,
      m?.phases.allReduceMs ?? null,
      m?.phases.optimizerMs ?? null,
      m?.phases.idleMs ?? null,
      m?.stragglerGapMs ?? null,
      m?.rssBytes ?? null,
      m?.peakRssBytes ? Math.max(...m.peakRssBytes) : null,
      m?.validation?.accuracy ?? null,
      m?.validation?.rowCount ?? null,
      conditions?.busyShare ?? null,
      conditions?.calibrationMs?.[0] ?? null,
      conditions?.calibrationMs?.[1] ?? null,
      conditions?.energyJoules ?? null,
      conditions?.gpuJoules ?? null,
      conditions?.energySeconds ?? null,
      result.arm.config.padding,
      m?.meanLoss ?? null,
      ...targetCells(benchmark, m),
      error && visible(`${error.title}. ${error.cause}`),
    ]
  })
  return toCsv([columns, ...rows])
}
