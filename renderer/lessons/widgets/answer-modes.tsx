/** The probability of one text's class, asked twice in each mode. */
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { Bars } from './parts/bars.tsx'
import { Frame, NotMeasured } from './parts/frame.tsx'

const asked = ['first time', 'second time'] as const

export function AnswerModes({ evidence }: { evidence: Evidence }) {
  const probe = firstProbe(evidence.result('latency-batches', 'measured'))
  if (!probe) return <NotMeasured>Four answers to one text will stand here: two in each mode.</NotMeasured>
  const { evaluationMode, trainingMode } = probe
  const rows = [
    { mode: 'eval mode', color: 'var(--accent)', values: evaluationMode },
    { mode: 'train mode', color: 'var(--phase-all-reduce)', values: trainingMode },
  ]
  const most = Math.max(...evaluationMode, ...trainingMode)
  return (
    <Frame
      title="One text, asked four times"
      hint="probability of its class, untrained weights"
      summary={`In eval mode the answers ${evaluationMode[0] === evaluationMode[1] ? 'are the same to the bit' : 'differ'}; in train mode they differ by ${Math.abs(trainingMode[0] - trainingMode[1]).toPrecision(2)}.`}
      table={{ head: ['mode', ...asked], rows: rows.map(({ mode, values }) => [mode, ...values]) }}
    >
      <Bars
        max={most * 1.15}
        bars={rows.flatMap(({ mode, color, values }) =>
          values.map((value, index) => ({
            label: `${mode}, ${asked[index]}`,
            name: `${mode} ${index}`,
            parts: [{ value, look: { label: mode, color } }],
            text: value.toFixed(6),
          })),
        )}
      />
    </Frame>
  )
}
