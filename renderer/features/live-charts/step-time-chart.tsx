/** Where the time of a step goes: its phases stacked, means over the ranks. */
import { Area, AreaChart, CartesianGrid, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import { median } from '../../../shared/domain/series.ts'
import { figure, plural } from '../../ui/format.ts'
import { epochEnds, epochLine, grid, margin, stepAxis, Tip, tipPlace, valueAxis } from './axes.tsx'
import type { ChartInput } from './chart-input.ts'
import { ChartPanel } from './chart-panel.tsx'
import type { Column } from './chart-panel.tsx'
import { cutAxis, stepTimeRows } from './chart-rows.ts'
import { phases } from './rank-look.ts'

const columns: Column[] = [
  { key: 'step', label: 'step', digits: 0 },
  ...phases.map((phase) => ({ key: phase.key, label: phase.label, digits: 1 })),
  { key: 'total', label: 'slowest rank', digits: 1 },
]

export function StepTimeChart({ steps, epochs, lastStep, waiting, className }: ChartInput) {
  const totals = steps.map((step) => Math.max(...step.ranks.map((rank) => rank.stepMs)))
  const cut = cutAxis(totals)
  const above = cut === null ? 0 : totals.filter((total) => total > cut).length
  const middle = median(totals)
  return (
    <ChartPanel
      title="Step time"
      unit="ms, rank mean"
      summary={middle === null ? waiting : `Median ${figure(middle)} milliseconds for a step of the slowest rank.`}
      legend={phases.map((phase) => ({ label: phase.label, color: phase.color, shape: 'block' }))}
      columns={columns}
      rows={(width) => stepTimeRows(steps, width)}
      empty={waiting}
      note={above > 0 ? `${plural(above, 'step')} above the axis, longest ${figure(Math.max(...totals))} ms` : null}
      className={className}
    >
      {(rows, width, height) => (
        <AreaChart data={rows} width={width} height={height} margin={margin} accessibilityLayer={false}>
          <CartesianGrid {...grid} />
          <XAxis {...stepAxis(lastStep, width)} />
          <YAxis {...valueAxis(cut ?? Math.max(...rows.map((row) => row['total'] ?? 0)), height)} />
          {phases.map((phase) => (
            <Area
              key={phase.key}
              dataKey={phase.key}
              stackId="step"
              type="linear"
              stroke={phase.color}
              strokeWidth={0.5}
              fill={phase.color}
              fillOpacity={0.85}
              activeDot={false}
              isAnimationActive={false}
            />
          ))}
          {epochEnds(epochs).map((epoch) => (
            <ReferenceLine key={epoch.step} {...epochLine(epoch)} label={undefined} />
          ))}
          <Tooltip content={<Tip columns={columns} />} position={tipPlace} isAnimationActive={false} cursor={{ stroke: 'var(--ink-3)' }} />
        </AreaChart>
      )}
    </ChartPanel>
  )
}
