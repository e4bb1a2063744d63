/** The same batch twice in each mode: the losses, and which places dropout zeroed. */
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { CellGrid } from './parts/cell-grid.tsx'
import { DataTable, Frame, NotMeasured } from './parts/frame.tsx'
import { tint } from './parts/numbers.ts'
import styles from './modes.module.css'

export function Modes({ evidence }: { evidence: Evidence }) {
  const probe = firstProbe(evidence.result('baseline-step', 'measured'))
  if (!probe) return <NotMeasured>Two passes in each mode will stand here, and the dropout masks of both training passes.</NotMeasured>
  const { rate, training, evaluation, masks } = probe.dropout
  const dropped = (mask: readonly number[]): number => mask.filter((bit) => bit === 0).length
  const table = {
    head: ['mode', 'first pass, loss', 'second pass, loss', 'difference'],
    rows: [
      ['train', training[0].toFixed(6), training[1].toFixed(6), Math.abs(training[0] - training[1]).toExponential(2)],
      [
        'eval',
        evaluation[0].toFixed(6),
        evaluation[1].toFixed(6),
        evaluation[0] === evaluation[1] ? '0, the same bits' : Math.abs(evaluation[0] - evaluation[1]).toExponential(2),
      ],
    ],
  }
  return (
    <Frame
      title="Same weights, same batch, two passes"
      hint={`dropout ${rate * 100} %`}
      summary={`In training mode the two passes differ; in evaluation mode they are ${evaluation[0] === evaluation[1] ? 'the same to the bit' : 'not the same'}.`}
      table={table}
    >
      <DataTable title="Losses of both modes" table={table} />
      {masks.map((mask, pass) => (
        <div key={pass} className={styles.mask}>
          <h3 className={styles.heading}>
            Training pass {pass + 1}: {dropped(mask)} of the first {mask.length} places dropped
          </h3>
          <CellGrid
            label={`Dropout mask of pass ${pass + 1}`}
            rows={Array.from({ length: Math.ceil(mask.length / 32) }, (_, line) => ({
              name: String(line),
              label: '',
              cells: mask.slice(line * 32, line * 32 + 32).map((bit, place) => ({
                background: bit === 1 ? tint(0.55) : 'transparent',
                text: bit === 1 ? '' : '×',
                title: `place ${line * 32 + place}: ${bit === 1 ? 'kept' : 'dropped'}`,
              })),
            }))}
          />
        </div>
      ))}
      <p className={styles.key}>
        Filled: kept, and scaled up by 1 / (1 − {rate}) so that the sum stays the same on average. ×: set to zero.
      </p>
    </Frame>
  )
}
