/** The first rows that each rank reads, epoch by epoch: equal lines of colours are equal orders. */
import type { Evidence } from '../evidence.ts'
import { probesOf } from '../evidence.ts'
import { brokenAndFixed, useArm } from './parts/arm-switch.tsx'
import { CellGrid } from './parts/cell-grid.tsx'
import { Frame, NotMeasured } from './parts/frame.tsx'
import { RankName } from './parts/legend.tsx'
import { tint } from './parts/numbers.ts'
import styles from './modes.module.css'

export function HeatMap({ evidence }: { evidence: Evidence }) {
  const { result, control } = useArm(evidence, 'set-epoch', ['broken', 'fixed'], brokenAndFixed)
  if (!result)
    return <NotMeasured>A line of 64 cells for each epoch will stand here, coloured by the number of the row that was read.</NotMeasured>
  const probes = probesOf(result).flatMap((probe, rank) => (probe ? [{ ...probe, rank }] : []))
  const count = probes[0]?.rowCount ?? 1
  const orders = new Set((probes[0]?.epochs ?? []).map((rows) => rows.join()))
  const same = probes[0] ? probes[0].epochs[1]!.filter((row, place) => row === probes[0]!.epochs[0]![place]).length : 0
  return (
    <Frame
      title="The first 64 rows of each epoch"
      hint={`${count} rows in the data set; dark: high row numbers`}
      summary={`Rank 0 read ${orders.size} different ${orders.size === 1 ? 'order' : 'orders'} in ${probes[0]?.epochs.length} epochs. From the first epoch to the second, ${same} of ${probes[0]?.epochs[0]?.length} places have the same row.`}
      controls={control}
      table={{
        head: ['rank', 'epoch', 'rows in order'],
        rows: probes.flatMap(({ rank, epochs }) => epochs.map((rows, epoch) => [rank, epoch + 1, rows.join(' ')])),
      }}
    >
      {probes.map(({ rank, epochs }) => (
        <div key={rank} className={styles.mask}>
          <h3 className={styles.heading}>
            <RankName rank={rank} />
          </h3>
          <CellGrid
            label={`rank ${rank}`}
            rows={epochs.map((rows, epoch) => ({
              name: String(epoch),
              label: `epoch ${epoch + 1}`,
              cells: rows.map((row, place) => ({
                background: tint(0.06 + (0.94 * row) / count),
                title: `epoch ${epoch + 1}, place ${place + 1}: row ${row}`,
              })),
            }))}
          />
        </div>
      ))}
    </Frame>
  )
}
