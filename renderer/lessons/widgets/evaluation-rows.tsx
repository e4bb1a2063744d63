/** Which rows of an evaluation were counted, by whom and how often. */
import type { Evidence } from '../evidence.ts'
import { firstProbe, probesOf } from '../evidence.ts'
import { brokenAndFixed, useArm } from './parts/arm-switch.tsx'
import { CellGrid } from './parts/cell-grid.tsx'
import { DataTable, Frame, NotMeasured } from './parts/frame.tsx'
import { tint } from './parts/numbers.ts'
import styles from './modes.module.css'

const perLine = 16

export function EvaluationRows({ evidence }: { evidence: Evidence }) {
  const { result, control } = useArm(evidence, 'eval-padding', ['broken', 'fixed'], brokenAndFixed)
  const first = firstProbe(result)
  if (!result || !first)
    return <NotMeasured>A cell for every row of the evaluation will stand here, with how often it was counted.</NotMeasured>
  const probes = probesOf(result).flatMap((probe, rank) => (probe ? [{ ...probe, rank }] : []))
  const readers = Array.from({ length: first.rowCount }, (_, row) =>
    probes.flatMap(({ rank, rows }) => rows.filter((own) => own === row).map(() => rank)),
  )
  const twice = readers.filter((ranks) => ranks.length > 1).length
  const correct = new Set(probes.flatMap(({ correctRows }) => correctRows)).size
  return (
    <Frame
      title="Rows of the evaluation"
      hint={`${first.rowCount} rows on ${result.worldSize} ranks`}
      summary={
        twice === 0
          ? `Each of the ${first.rowCount} rows was counted once. Accuracy ${(first.accuracy * 100).toFixed(2)} %.`
          : `${first.countedRows} rows were counted, though there are ${first.rowCount}: ${twice} came twice. Reported accuracy ${(first.accuracy * 100).toFixed(2)} %, over each row once ${((correct / first.rowCount) * 100).toFixed(2)} %.`
      }
      controls={control}
      table={{
        head: ['row', 'counted by', 'times'],
        rows: readers.map((ranks, row) => [row, ranks.map((rank) => `rank ${rank}`).join(', '), ranks.length]),
      }}
    >
      <CellGrid
        label="Rows of the evaluation"
        rows={Array.from({ length: Math.ceil(first.rowCount / perLine) }, (_, line) => ({
          name: String(line),
          label: `rows ${line * perLine} –`,
          cells: Array.from({ length: perLine }, (_, place) => {
            const ranks = readers[line * perLine + place]
            if (!ranks) return { background: 'transparent', title: '' }
            const many = ranks.length > 1
            return {
              background: many ? tint(0.55, 'var(--bad)') : tint(0.25),
              text: String(ranks.length),
              title: `row ${line * perLine + place}: ${ranks.map((rank) => `rank ${rank}`).join(' and ')}`,
              marked: many,
            }
          }),
        }))}
      />
      <div className={styles.mask}>
        <DataTable
          title="Shares of the ranks"
          table={{
            head: ['rank', 'rows', 'right'],
            rows: probes.map(({ rank, rows, correctRows }) => [rank, rows.length, correctRows.length]),
          }}
        />
      </div>
      <p className={styles.key}>A framed cell was counted twice.</p>
    </Frame>
  )
}
