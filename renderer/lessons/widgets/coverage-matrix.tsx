/** How often each rank read each row in one epoch, and how many different rows stood behind one update. */
import type { Evidence } from '../evidence.ts'
import { probesOf } from '../evidence.ts'
import { brokenAndFixed, useArm } from './parts/arm-switch.tsx'
import { Bars } from './parts/bars.tsx'
import { CellGrid } from './parts/cell-grid.tsx'
import { Frame, NotMeasured } from './parts/frame.tsx'
import { lookOfRank, RankName } from './parts/legend.tsx'
import { tint } from './parts/numbers.ts'
import styles from './modes.module.css'

const perLine = 32

export function CoverageMatrix({ evidence }: { evidence: Evidence }) {
  const { result, control } = useArm(evidence, 'no-sampler', ['broken', 'fixed'], brokenAndFixed)
  if (!result) return <NotMeasured>A cell for every row of the data set will stand here, one line for each rank.</NotMeasured>
  const probes = probesOf(result).flatMap((probe, rank) => (probe ? [{ ...probe, rank }] : []))
  const rowCount = probes[0]?.seen.length ?? 0
  const total = Array.from({ length: rowCount }, (_, row) => probes.reduce((sum, { seen }) => sum + seen[row]!, 0))
  const twice = total.filter((times) => times > 1).length
  const batch = (probes[0]?.microBatch ?? 0) * probes.length
  const distinct = new Set(probes.flatMap(({ steps }) => steps[0] ?? [])).size
  const lines = Math.ceil(rowCount / perLine)
  return (
    <Frame
      title="Who read what, in one epoch"
      hint={`${rowCount} rows`}
      summary={`${twice} of ${rowCount} rows were read more than once. The first update was made of ${batch} rows, ${distinct} of them different.`}
      controls={control}
      table={{
        head: ['row', ...probes.map(({ rank }) => `rank ${rank}`), 'together'],
        rows: total.map((times, row) => [row, ...probes.map(({ seen }) => seen[row]!), times]),
      }}
    >
      {[...probes.map(({ rank, seen }) => ({ name: `rank ${rank}`, rank, seen })), { name: 'all ranks', rank: null, seen: total }].map(
        ({ name, rank, seen }) => (
          <div key={name} className={styles.mask}>
            <h3 className={styles.heading}>
              {rank === null ? 'All ranks together: how often each row was read' : <RankName rank={rank} />}
            </h3>
            <CellGrid
              label={name}
              rows={Array.from({ length: lines }, (_, line) => ({
                name: String(line),
                label: '',
                cells: seen.slice(line * perLine, (line + 1) * perLine).map((times, place) => ({
                  background:
                    times === 0
                      ? 'var(--surface-sunken)'
                      : rank === null
                        ? tint(times > 1 ? 0.5 : 0.22, times > 1 ? 'var(--bad)' : 'var(--accent)')
                        : tint(0.4, lookOfRank(rank).color),
                  text: rank === null ? String(times) : '',
                  title: `row ${line * perLine + place}: ${times} times`,
                })),
              }))}
            />
          </div>
        ),
      )}
      <div className={styles.mask}>
        <h3 className={styles.heading}>Behind one update</h3>
        <Bars
          max={batch}
          bars={[
            {
              label: 'rows computed (global batch)',
              name: 'rows',
              parts: [{ value: batch, look: { label: 'rows', color: 'var(--ink-3)' } }],
              text: String(batch),
            },
            {
              label: 'different rows (effective batch)',
              name: 'different',
              parts: [{ value: distinct, look: { label: 'different', color: 'var(--accent)' } }],
              text: String(distinct),
              strong: true,
            },
          ]}
        />
      </div>
    </Frame>
  )
}
