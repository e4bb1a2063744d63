/** Every timed step of three runs as a dot, with the median: how much single steps scatter. */
import { useElementSize } from '@mantine/hooks'
import { median, niceTicks } from '../../../shared/domain/series.ts'
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { Frame, NotMeasured } from './parts/frame.tsx'
import { axisNumber } from './parts/numbers.ts'
import styles from './parts/plot.module.css'

const laneHeight = 78
const margin = { left: 170, right: 20, bottom: 34 }

export function StepScatter({ evidence }: { evidence: Evidence }) {
  const probe = firstProbe(evidence.result('scaling', 'measured'))
  const { ref, width } = useElementSize<HTMLDivElement>()
  if (!probe) return <NotMeasured>Each timed step will be a dot here, so that you see how much they scatter.</NotMeasured>
  const lanes = probe.runs.map((run) => ({
    ...run,
    title: `${run.ranks} × ${run.microBatch}`,
    words: { one: 'one rank', strong: 'same global batch', weak: 'same batch per rank' }[run.kind],
    middle: median(run.stepMs) ?? 0,
  }))
  const longest = Math.max(...lanes.flatMap(({ stepMs }) => stepMs))
  const { values: ticks } = niceTicks(0, longest, Math.max(3, Math.floor(width / 110)))
  const x = (ms: number): number => margin.left + (ms / ticks.at(-1)!) * (width - margin.left - margin.right)
  const height = lanes.length * laneHeight + margin.bottom
  return (
    <Frame
      title="Every timed step"
      hint={`${lanes[0]?.stepMs.length} steps each, warm-up left out`}
      summary={`Medians: ${lanes.map(({ title, middle }) => `${title} takes ${middle.toFixed(1)} ms`).join(', ')}. Spread of the steps: ${lanes.map(({ stepMs, middle }) => `${(((Math.max(...stepMs) - Math.min(...stepMs)) / middle) * 100).toFixed(0)} %`).join(', ')} of the median.`}
      table={{
        head: ['ranks × batch', 'step', 'ms'],
        rows: lanes.flatMap(({ title, stepMs }) => stepMs.map((ms, step) => [title, step + 1, ms])),
      }}
    >
      <div ref={ref} role="img" aria-label="Step times of three runs">
        {width > 0 && (
          <svg width={width} height={height}>
            {ticks.map((tick) => (
              <g key={tick}>
                <line x1={x(tick)} x2={x(tick)} y1={0} y2={height - margin.bottom} className={styles.grid} />
                <text x={x(tick)} y={height - 16} textAnchor="middle" className={styles.tick}>
                  {axisNumber(tick)}
                </text>
              </g>
            ))}
            <text x={width - margin.right} y={height - 2} textAnchor="end" className={styles.label}>
              milliseconds a step
            </text>
            {lanes.map(({ title, words, stepMs, middle }, lane) => {
              const top = lane * laneHeight
              return (
                <g key={title + words}>
                  <text x={0} y={top + 32} className={styles.strong}>
                    {title}
                  </text>
                  <text x={0} y={top + 48} className={styles.label}>
                    {words}
                  </text>
                  {stepMs.map((ms, step) => (
                    // Dots of one lane are spread a little, so that equal times stay apart.
                    <circle
                      key={step}
                      cx={x(ms)}
                      cy={top + 24 + ((step * 7) % 30)}
                      r="4.5"
                      fill={`var(--rank-${lane})`}
                      fillOpacity="0.55"
                    />
                  ))}
                  <line x1={x(middle)} x2={x(middle)} y1={top + 12} y2={top + 66} stroke="var(--ink)" strokeWidth="2" />
                </g>
              )
            })}
          </svg>
        )}
      </div>
    </Frame>
  )
}
