/** One all-reduce for each parameter beside one for each bucket: calls, bytes, time. */
import { median } from '../../../shared/domain/series.ts'
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { bytes as bytesText } from '../../ui/format.ts'
import { Bars } from './parts/bars.tsx'
import { Frame, NotMeasured } from './parts/frame.tsx'
import styles from './modes.module.css'

const arms = ['naive', 'bucketed'] as const
const looks = {
  naive: { label: 'naive: one per parameter', color: 'var(--phase-all-reduce)' },
  bucketed: { label: 'bucketed', color: 'var(--accent)' },
}

export function CallsCompare({ evidence }: { evidence: Evidence }) {
  const found = arms.flatMap((arm) => {
    const probe = firstProbe(evidence.result('naive-vs-bucketed', arm))
    return probe ? [{ arm, ...probe, ms: median(probe.allReduceMs) ?? NaN }] : []
  })
  if (found.length < arms.length)
    return <NotMeasured>Both versions will be compared here: calls, bytes and time for the same gradients.</NotMeasured>
  const [naive, bucketed] = found as [(typeof found)[0], (typeof found)[0]]
  const rows: [title: string, value: (one: typeof naive) => number, text: (one: typeof naive) => string][] = [
    ['Calls of all-reduce per step', ({ callsPerStep }) => callsPerStep, ({ callsPerStep }) => String(callsPerStep)],
    [
      'Bytes that a rank sends per step',
      ({ payloadBytesPerStep }) => payloadBytesPerStep,
      ({ payloadBytesPerStep }) => bytesText(payloadBytesPerStep),
    ],
    ['Time of the all-reduce, median', ({ ms }) => ms, ({ ms }) => `${ms.toFixed(2)} ms`],
  ]
  return (
    <Frame
      title="Naive beside bucketed"
      hint={`${naive.parameterCount} parameters, ${naive.allReduceMs.length} steps each`}
      summary={`${naive.callsPerStep} calls against ${bucketed.callsPerStep} for the same bytes: ${naive.ms.toFixed(2)} ms against ${bucketed.ms.toFixed(2)} ms. The summed gradients have the same length: ${naive.gradNorm.toPrecision(6)} and ${bucketed.gradNorm.toPrecision(6)}.`}
      table={{
        head: ['way', 'calls per step', 'bytes per step', 'median ms', 'gradient norm'],
        rows: found.map(({ arm, callsPerStep, payloadBytesPerStep, ms, gradNorm }) => [
          looks[arm].label,
          callsPerStep,
          payloadBytesPerStep,
          ms,
          gradNorm,
        ]),
      }}
    >
      {rows.map(([title, value, text]) => (
        <div key={title} className={styles.mask}>
          <h3 className={styles.heading}>{title}</h3>
          <Bars
            bars={found.map((one) => ({
              label: looks[one.arm].label,
              name: one.arm,
              parts: [{ value: value(one), look: looks[one.arm] }],
              text: text(one),
            }))}
          />
        </div>
      ))}
    </Frame>
  )
}
