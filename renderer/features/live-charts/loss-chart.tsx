/** Loss at every step: the global loss bold, every rank's own thin, validation as a dot where an epoch ended. */
import { CartesianGrid, ComposedChart, Line, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import { fixed } from '../../ui/format.ts'
import { epochEnds, epochLine, grid, margin, stepAxis, Tip, tipPlace, valueAxis } from './axes.tsx'
import { ChartPanel } from './chart-panel.tsx'
import type { Column, LegendEntry } from './chart-panel.tsx'
import { lossRows, rankKey, trendWindow } from './chart-rows.ts'
import type { Row } from './chart-rows.ts'
import type { ChartInput } from './chart-input.ts'
import { globalLegend, rankLegend, rankLook } from './rank-look.ts'

/** The bold line is a mean over so small a part of all steps. */
const trendParts = 60

export function LossChart({ steps, epochs, worldSize, lastStep, waiting, className }: ChartInput) {
  const ranks = worldSize > 1 ? Array.from({ length: worldSize }, (_, rank) => rank) : []
  const window = trendWindow(steps.length, trendParts)
  const columns: Column[] = [
    { key: 'step', label: 'step', digits: 0 },
    { key: 'global', label: 'global', digits: 4 },
    ...ranks.map((rank) => ({ key: rankKey(rank), label: rankLook(rank).label, digits: 4 })),
    { key: 'validation', label: 'validation', digits: 4 },
  ]
  const legend: LegendEntry[] = [
    ...globalLegend(window),
    ...rankLegend(worldSize),
    { label: 'validation', color: 'var(--accent)', shape: 'dot' },
  ]
  const first = steps[0]
  const last = steps.at(-1)
  return (
    <ChartPanel
      title="Loss"
      unit="cross-entropy, nats per example"
      summary={
        first && last
          ? `Global loss from ${fixed(first.globalLoss, 3)} at step ${first.step} to ${fixed(last.globalLoss, 3)} at step ${last.step}.`
          : waiting
      }
      legend={legend}
      columns={columns}
      rows={(width) => lossRows(steps, epochs, window, width)}
      empty={waiting}
      className={className}
    >
      {(rows, width, height) => (
        <ComposedChart data={rows} width={width} height={height} margin={margin} accessibilityLayer={false}>
          <CartesianGrid {...grid} />
          <XAxis {...stepAxis(lastStep, width)} />
          <YAxis {...valueAxis(highestOf(rows), height)} />
          {epochEnds(epochs).map((epoch) => (
            <ReferenceLine key={epoch.step} {...epochLine(epoch)} />
          ))}
          {ranks.map((rank) => (
            <Line
              key={rank}
              dataKey={rankKey(rank)}
              stroke={rankLook(rank).color}
              {...(rankLook(rank).dash !== undefined && { strokeDasharray: rankLook(rank).dash })}
              strokeWidth={1}
              strokeOpacity={worldSize > 4 ? 0.45 : 0.75}
              dot={false}
              activeDot={false}
              connectNulls
              isAnimationActive={false}
            />
          ))}
          {window > 1 && (
            <Line
              dataKey="global"
              stroke="var(--ink)"
              strokeOpacity={0.4}
              strokeWidth={1}
              dot={false}
              activeDot={false}
              connectNulls
              isAnimationActive={false}
            />
          )}
          <Line dataKey="trend" stroke="var(--ink)" strokeWidth={2} dot={false} connectNulls isAnimationActive={false} />
          <Line
            dataKey="validation"
            stroke="none"
            dot={{ r: 5, fill: 'var(--accent)', stroke: 'var(--surface)', strokeWidth: 1.5 }}
            activeDot={false}
            isAnimationActive={false}
          />
          <Tooltip content={<Tip columns={columns} />} position={tipPlace} isAnimationActive={false} cursor={{ stroke: 'var(--ink-3)' }} />
        </ComposedChart>
      )}
    </ChartPanel>
  )
}

/** The highest point of any line; steps and epochs are no values. */
function highestOf(rows: readonly Row[]): number {
  const values = rows.flatMap((row) => Object.entries(row).map(([key, value]) => (key === 'step' || key === 'epoch' ? 0 : (value ?? 0))))
  return values.reduce((highest, value) => Math.max(highest, value), 0)
}
