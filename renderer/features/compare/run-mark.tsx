/** How a run is drawn, small: its colour and dash beside its name. */
import type { RunCurve } from './curve-chart.tsx'

export function RunMark({ run }: { run: Pick<RunCurve, 'color' | 'dash'> }) {
  return (
    <svg width="22" height="10" aria-hidden>
      <line x1="0" x2="22" y1="5" y2="5" stroke={`var(${run.color})`} strokeWidth="2.2" strokeDasharray={run.dash} />
    </svg>
  )
}
