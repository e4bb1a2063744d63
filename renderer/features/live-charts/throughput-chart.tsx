/** Examples per second: the whole group bold, each rank thin. */
import { CartesianGrid, Line, LineChart, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import { median } from '../../../shared/domain/series.ts'
import { count } from '../../ui/format.ts'
import { epochEnds, epochLine, grid, margin, stepAxis, Tip, tipPlace, valueAxis } from './axes.tsx'
import type { ChartInput } from './chart-input.ts'
import { ChartPanel } from './chart-panel.tsx'
import type { Column, LegendEntry } from './chart-panel.tsx'
import { rankKey, throughputRows, trendWindow } from './chart-rows.ts'
import { globalLegend, rankLegend, rankLook } from './rank-look.ts'

/** The bold line is a mean over so small a part of all steps. */
const trendParts = 20

export function ThroughputChart({ steps, epochs, worldSize, lastStep, waiting, className }: ChartInput) {
  const ranks = worldSize > 1 ? Array.from({ length: worldSize }, (_, rank) => rank) : []
  const window = trendWindow(steps.length, trendParts)
  const columns: Column[] = [
    { key: 'step', label: 'step', digits: 0 },
    { key: 'global', label: 'global', digits: 0 },
    ...ranks.map((rank) => ({ key: rankKey(rank), label: rankLook(rank).label, digits: 0 })),
    { key: 'tokens', label: 'tokens/s', digits: 0 },
  ]
  const legend: LegendEntry[] = [...globalLegend(window), ...rankLegend(worldSize)]
  const middle = median(steps.map((step) => step.samplesPerSec))
  return (
    <ChartPanel
      title="Throughput"
      unit="samples/s"
      summary={middle === null ? waiting : `Median ${count(middle)} samples per second over ${steps.length} steps.`}
      legend={legend}
      columns={columns}
      rows={(width) => throughputRows(steps, window, width)}
      empty={waiting}
      className={className}
    >
      {(rows, width, height) => (
        <LineChart data={rows} width={width} height={height} margin={margin} accessibilityLayer={false}>
          <CartesianGrid {...grid} />
          <XAxis {...stepAxis(lastStep, width)} />
          <YAxis {...valueAxis(Math.max(...rows.map((row) => row['global'] ?? 0)), height)} />
          {epochEnds(epochs).map((epoch) => (
            <ReferenceLine key={epoch.step} {...epochLine(epoch)} label={undefined} />
          ))}
          {ranks.map((rank) => (
            <Line
              key={rank}
              dataKey={rankKey(rank)}
              stroke={rankLook(rank).color}
              {...(rankLook(rank).dash !== undefined && { strokeDasharray: rankLook(rank).dash })}
              strokeWidth={1}
              strokeOpacity={0.75}
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
              isAnimationActive={false}
            />
          )}
          <Line dataKey="trend" stroke="var(--ink)" strokeWidth={2} dot={false} isAnimationActive={false} />
          <Tooltip content={<Tip columns={columns} />} position={tipPlace} isAnimationActive={false} cursor={{ stroke: 'var(--ink-3)' }} />
        </LineChart>
      )}
    </ChartPanel>
  )
}
