/** How ranks and phases are drawn on screen: the shared style of `shared/domain/series.ts` in this theme's colours. */
import { rankStyle } from '../../../shared/domain/series.ts'
import type { StepPhases } from '../../../shared/domain/metrics.ts'
import type { LegendEntry } from './chart-panel.tsx'

export function rankLook(rank: number): { color: string; dash: string | undefined; label: string } {
  const { color, dash, label } = rankStyle(rank)
  return { color: `var(--rank-${color})`, dash: dash === '' ? undefined : dash, label }
}

/** The whole group's entry: what its bold line is, and the thin one behind it where that is a mean. */
export function globalLegend(window: number): LegendEntry[] {
  if (window === 1) return [{ label: 'global', color: 'var(--ink)', shape: 'bold' }]
  return [
    { label: `global, mean of ${window}`, color: 'var(--ink)', shape: 'bold' },
    { label: 'each step', color: 'color-mix(in srgb, var(--ink) 40%, transparent)', shape: 'line' },
  ]
}

const mostNamed = 6

/** Ranks in a legend: each by name, or, where they would fill the chart, all at once (the rank map has the colours). */
export function rankLegend(worldSize: number): LegendEntry[] {
  if (worldSize === 1) return []
  if (worldSize > mostNamed)
    return [{ label: `each of ${worldSize} ranks, colours as in the rank map`, color: 'var(--ink-3)', shape: 'line' }]
  return Array.from({ length: worldSize }, (_, rank) => ({ ...rankLook(rank), shape: 'line' }))
}

export const phases: { key: keyof StepPhases; label: string; color: string }[] = [
  { key: 'dataMs', label: 'data', color: 'var(--phase-data)' },
  { key: 'forwardBackwardMs', label: 'forward + backward', color: 'var(--phase-compute)' },
  { key: 'allReduceMs', label: 'all-reduce', color: 'var(--phase-all-reduce)' },
  { key: 'optimizerMs', label: 'optimizer', color: 'var(--phase-optimizer)' },
]
