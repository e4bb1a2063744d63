/** Confidence against accuracy, in ten bins: on the diagonal a model means what it says. */
import { useElementSize } from '@mantine/hooks'
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { Frame, NotMeasured } from './parts/frame.tsx'
import styles from './reliability.module.css'

const size = 330
const margin = { left: 50, top: 8, right: 26, bottom: 40 }

export function Reliability({ evidence }: { evidence: Evidence }) {
  const probe = firstProbe(evidence.result('calibration', 'measured'))
  const { ref, width } = useElementSize<HTMLDivElement>()
  if (!probe) return <NotMeasured>Ten bars will stand here against a diagonal: what the model says, and how often it is right.</NotMeasured>
  const { bins, rowCount, expectedCalibrationError, accuracy, trainSteps } = probe
  const inner = { width: Math.min(width, 620) - margin.left - margin.right, height: size - margin.top - margin.bottom }
  const x = (value: number): number => margin.left + value * inner.width
  const y = (value: number): number => margin.top + (1 - value) * inner.height
  const most = Math.max(...bins.map(({ count }) => count))
  return (
    <Frame
      title="Reliability"
      hint={`${rowCount} headlines that were not trained on, after ${trainSteps} steps`}
      summary={`Right on ${(accuracy * 100).toFixed(1)} %. Between what it says and how often it is right lie ${(expectedCalibrationError * 100).toFixed(1)} percentage points on average.`}
      table={{
        head: ['confidence', 'headlines', 'mean confidence', 'right'],
        rows: bins.map(({ from, to, count, meanConfidence, accuracy: right }) => [
          `${Math.round(from * 100)} – ${Math.round(to * 100)} %`,
          count,
          meanConfidence,
          right,
        ]),
      }}
    >
      <div ref={ref} role="img" aria-label="Accuracy by confidence">
        {width > 0 && (
          <svg width={Math.min(width, 620)} height={size}>
            {[0, 0.25, 0.5, 0.75, 1].map((tick) => (
              <g key={tick}>
                <line x1={x(0)} x2={x(1)} y1={y(tick)} y2={y(tick)} className={styles.grid} />
                <text x={x(0) - 7} y={y(tick) + 4} textAnchor="end" className={styles.tick}>
                  {tick * 100} %
                </text>
                <text x={x(tick)} y={size - margin.bottom + 16} textAnchor="middle" className={styles.tick}>
                  {tick * 100} %
                </text>
              </g>
            ))}
            {bins
              .filter(({ count }) => count > 0)
              .map(({ from, to, accuracy: right, meanConfidence, count }) => (
                <g key={from}>
                  <rect
                    x={x(from) + 2}
                    width={x(to) - x(from) - 4}
                    y={y(right)}
                    height={y(0) - y(right)}
                    className={styles.bar}
                    style={{ opacity: 0.35 + (0.65 * count) / most }}
                  >
                    <title>
                      {count} headlines: says {(meanConfidence * 100).toFixed(0)} %, right {(right * 100).toFixed(0)} %
                    </title>
                  </rect>
                  <line x1={x(from) + 2} x2={x(to) - 2} y1={y(meanConfidence)} y2={y(meanConfidence)} className={styles.says} />
                  <text x={(x(from) + x(to)) / 2} y={y(0) - 5} textAnchor="middle" className={styles.count}>
                    {count}
                  </text>
                </g>
              ))}
            <line x1={x(0)} x2={x(1)} y1={y(0)} y2={y(1)} className={styles.diagonal} />
            <text x={x(1)} y={size - 4} textAnchor="end" className={styles.label}>
              what the model says (confidence)
            </text>
            <text transform={`translate(11 ${margin.top + inner.height / 2}) rotate(-90)`} textAnchor="middle" className={styles.label}>
              how often it is right
            </text>
          </svg>
        )}
      </div>
      <p className={styles.key}>
        Bars: how often it was right; darker where there are more headlines (their number stands at the foot). Short lines: what it said. A
        line above its bar is overconfidence.
      </p>
    </Frame>
  )
}
