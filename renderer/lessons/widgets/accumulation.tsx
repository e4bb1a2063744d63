/** Gradient accumulation: what each rank sent in a step, and whether the ranks still hold the same model. */
import type { Evidence } from '../evidence.ts'
import { firstProbe, probesOf } from '../evidence.ts'
import { bytes as bytesText } from '../../ui/format.ts'
import { useArm } from './parts/arm-switch.tsx'
import { Bars } from './parts/bars.tsx'
import { DataTable, Frame, NotMeasured } from './parts/frame.tsx'
import styles from './modes.module.css'

const arms = ['first-micro-step', 'every-micro-step', 'fixed'] as const
const words = {
  'first-micro-step': 'after the first micro-step',
  'every-micro-step': 'after every micro-step',
  fixed: 'after the last one',
}

export function Accumulation({ evidence }: { evidence: Evidence }) {
  const { result, control, arm } = useArm(evidence, 'accumulation-sync', arms, words)
  const first = firstProbe(result)
  if (!result || !first) return <NotMeasured>The bytes of a step will stand here, and the fingerprints of the ranks’ models.</NotMeasured>
  const probes = probesOf(result).flatMap((probe, rank) => (probe ? [{ ...probe, rank }] : []))
  const apart = first.steps.findIndex((_, step) => new Set(probes.map(({ steps }) => steps[step]?.digest)).size > 1)
  const measured = arms.flatMap((one) => {
    const probe = firstProbe(evidence.result('accumulation-sync', one))
    return probe ? [{ arm: one, sent: probe.steps[0]?.payloadBytesSent ?? 0 }] : []
  })
  return (
    <Frame
      title="When are gradients summed?"
      hint={`${result.input.gradAccumSteps} micro-steps make one update`}
      summary={`A rank sent ${bytesText(first.steps[0]?.payloadBytesSent)} in a step, ${((first.steps[0]?.payloadBytesSent ?? 0) / first.gradientBytes).toFixed(1)} times its gradient. ${apart === -1 ? 'After every update the ranks held the same model.' : `From update ${apart + 1} on the ranks hold different models.`}`}
      controls={control}
      table={{
        head: ['rank', 'update', 'bytes sent', 'fingerprint'],
        rows: probes.flatMap(({ rank, steps }) =>
          steps.map(({ payloadBytesSent, digest }, step) => [rank, step + 1, payloadBytesSent, digest]),
        ),
      }}
    >
      <h3 className={styles.heading}>Bytes that a rank sends for one update</h3>
      <Bars
        bars={measured.map((one) => ({
          label: words[one.arm],
          name: one.arm,
          parts: [{ value: one.sent, look: { label: 'bytes', color: one.arm === arm ? 'var(--accent)' : 'var(--ink-3)' } }],
          text: bytesText(one.sent),
          strong: one.arm === arm,
        }))}
      />
      <div className={styles.mask}>
        <h3 className={styles.heading}>Fingerprint of the model after each update</h3>
        <DataTable
          title="Fingerprints"
          table={{
            head: ['update', ...probes.map(({ rank }) => `rank ${rank}`), 'same?'],
            rows: first.steps.map((_, step) => {
              const digests = probes.map(({ steps }) => steps[step]?.digest.slice(0, 12) ?? '')
              return [step + 1, ...digests, new Set(digests).size === 1 ? 'yes' : 'no']
            }),
          }}
        />
      </div>
    </Frame>
  )
}
