/** Two backward passes over one batch, with and without clearing in between: the gradient's values, and its length. */
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { Bars } from './parts/bars.tsx'
import { DataTable, Frame, NotMeasured } from './parts/frame.tsx'
import { signed } from './parts/numbers.ts'

const cleared = { label: 'cleared in between', color: 'var(--accent)' }
const kept = { label: 'not cleared', color: 'var(--phase-all-reduce)' }

export function ZeroGrad({ evidence }: { evidence: Evidence }) {
  const probe = firstProbe(evidence.result('baseline-step', 'measured'))
  if (!probe) return <NotMeasured>Two bars will stand here: how long the second gradient is with zero_grad, and without.</NotMeasured>
  const { name, normOnce, normTwice, once, twice } = probe.withoutZeroGrad
  const table = {
    head: [name, 'cleared', 'not cleared', 'ratio'],
    rows: once.map((value, index) => [`[${index}]`, value, twice[index]!, twice[index]! / value]),
  }
  return (
    <Frame
      title="The second backward pass"
      hint={`gradient of ${name}, same batch twice`}
      summary={`With clearing, the gradient has length ${normOnce.toFixed(4)}. Without, it is ${(normTwice / normOnce).toFixed(3)} times as long.`}
      table={table}
    >
      <Bars
        bars={[
          { label: cleared.label, name: 'cleared', parts: [{ value: normOnce, look: cleared }], text: normOnce.toFixed(4) },
          { label: kept.label, name: 'kept', parts: [{ value: normTwice, look: kept }], text: normTwice.toFixed(4) },
        ]}
      />
      <div style={{ marginTop: 16 }}>
        <DataTable
          title="Values of the gradient"
          table={{
            head: table.head,
            rows: table.rows.map(([row, a, b, ratio]) => [row!, signed(a as number), signed(b as number), (ratio as number).toFixed(3)]),
          }}
        />
      </div>
    </Frame>
  )
}
