/** Which row of the data set each rank reads in which step, epoch by epoch; one row can be followed through all of them. */
import { NumberInput, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import type { Evidence } from '../evidence.ts'
import { probesOf } from '../evidence.ts'
import { CellGrid } from './parts/cell-grid.tsx'
import { Frame, NotMeasured } from './parts/frame.tsx'
import { RankName, lookOfRank } from './parts/legend.tsx'
import { tint } from './parts/numbers.ts'
import styles from './index-grid.module.css'

export function IndexGrid({ evidence }: { evidence: Evidence }) {
  const result = evidence.result('sampler-grid', 'measured')
  const [epoch, setEpoch] = useState(0)
  const [followed, setFollowed] = useState<number | null>(0)
  if (!result) return <NotMeasured>A grid will stand here: one line for each rank, one cell for each row of the data set that it reads.</NotMeasured>
  const probes = probesOf(result)
  const first = probes.find((probe) => probe !== null)!
  const shown = Math.min(epoch, first.epochs.length - 1)
  const places = first.epochs.map((_, of) =>
    probes.flatMap((probe, rank) => (probe?.epochs[of] ?? []).flatMap((rows, step) => (followed !== null && rows.includes(followed) ? [`rank ${rank}, step ${step + 1}`] : []))),
  )
  const all = probes.flatMap((probe) => probe?.epochs[shown]?.flat() ?? [])
  return (
    <Frame
      title={`Epoch ${shown + 1}: who reads which row`}
      hint={`${first.rowCount} rows, ${first.stepsPerEpoch} steps`}
      summary={`In this epoch ${all.length} rows were read, ${new Set(all).size} of them different, of ${first.rowCount}. ${
        followed === null ? '' : `Row ${followed}: ${places.map((where, of) => `epoch ${of + 1} on ${where.join(' and ') || 'no rank'}`).join('; ')}.`
      }`}
      controls={
        <>
          <SegmentedControl
            size="xs"
            aria-label="Epoch"
            data={first.epochs.map((_, of) => ({ value: String(of), label: `Epoch ${of + 1}` }))}
            value={String(shown)}
            onChange={(value) => setEpoch(Number(value))}
          />
          <label className={styles.follow}>
            Follow row
            <NumberInput
              aria-label="Follow row"
              min={0}
              max={first.rowCount - 1}
              w={74}
              value={followed ?? ''}
              onChange={(value) => setFollowed(typeof value === 'number' ? value : null)}
            />
          </label>
        </>
      }
      table={{
        head: ['epoch', 'step', 'rank', 'rows'],
        rows: probes.flatMap((probe, rank) => (probe?.epochs ?? []).flatMap((steps, of) => steps.map((rows, step) => [of + 1, step + 1, rank, rows.join(' ')]))),
      }}
    >
      {Array.from({ length: first.stepsPerEpoch }, (_, step) => (
        <div key={step} className={styles.step}>
          <h3 className={styles.heading}>Step {step + 1}</h3>
          <CellGrid
            label={`Step ${step + 1}`}
            size={44}
            onChoose={(rank, cell) => setFollowed(probes[rank]?.epochs[shown]?.[step]?.[cell] ?? null)}
            rows={probes.map((probe, rank) => ({
              name: `rank ${rank}`,
              label: <RankName rank={rank} />,
              cells: (probe?.epochs[shown]?.[step] ?? []).map((row) => ({
                background: tint(0.32, lookOfRank(rank).color),
                text: String(row),
                title: `rank ${rank} reads row ${row}`,
                marked: row === followed,
              })),
            }))}
          />
        </div>
      ))}
    </Frame>
  )
}
