/** Which row of the data set each rank reads in which step of each epoch; one row can be followed through all of them. */
import { NumberInput } from '@mantine/core'
import { useState } from 'react'
import type { Evidence } from '../evidence.ts'
import { probesOf } from '../evidence.ts'
import { Frame, NotMeasured } from './parts/frame.tsx'
import { RankName, lookOfRank } from './parts/legend.tsx'
import { tint } from './parts/numbers.ts'
import styles from './index-grid.module.css'

export function IndexGrid({ evidence }: { evidence: Evidence }) {
  const result = evidence.result('sampler-grid', 'measured')
  const [followed, setFollowed] = useState<number | null>(0)
  if (!result)
    return <NotMeasured>A grid will stand here: one line for each rank, one cell for each row of the data set that it reads.</NotMeasured>
  const probes = probesOf(result).flatMap((probe, rank) => (probe ? [{ ...probe, rank }] : []))
  const first = probes[0]!
  const whereIs = (row: number): string[] =>
    first.epochs.map((_, epoch) => {
      const where = probes.flatMap(({ epochs, rank }) =>
        epochs[epoch]!.flatMap((rows, step) => (rows.includes(row) ? [`rank ${rank} in step ${step + 1}`] : [])),
      )
      return `in epoch ${epoch + 1} on ${where.join(' and ') || 'no rank'}`
    })
  const read = probes.flatMap(({ epochs }) => epochs[0]!.flat())
  return (
    <Frame
      title="Who reads which row"
      hint={`${first.rowCount} rows, ${result.worldSize} ranks, ${first.stepsPerEpoch} steps an epoch`}
      summary={`In an epoch ${read.length} rows are read, ${new Set(read).size} of them different, of ${first.rowCount}. ${
        followed === null ? '' : `Row ${followed} is read ${whereIs(followed).join(', ')}.`
      }`}
      controls={
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
          or click on one
        </label>
      }
      table={{
        head: ['epoch', 'step', 'rank', 'rows'],
        rows: probes.flatMap(({ epochs, rank }) =>
          epochs.flatMap((steps, epoch) => steps.map((rows, step) => [epoch + 1, step + 1, rank, rows.join(' ')])),
        ),
      }}
    >
      {first.epochs.map((_, epoch) => (
        <div key={epoch} className={styles.epoch}>
          <h3 className={styles.heading}>Epoch {epoch + 1}</h3>
          <div
            className={styles.grid}
            role="group"
            aria-label={`Epoch ${epoch + 1}`}
            style={{ gridTemplateColumns: `max-content repeat(${first.stepsPerEpoch}, max-content)` }}
          >
            <span />
            {first.epochs[epoch]!.map((__, step) => (
              <span key={step} className={styles.step}>
                step {step + 1}
              </span>
            ))}
            {probes.map(({ rank, epochs }) => (
              <div key={rank} className={styles.rank}>
                <RankName rank={rank} />
                {epochs[epoch]!.map((rows, step) => (
                  <span key={step} className={styles.cells}>
                    {rows.map((row) => (
                      <button
                        key={row}
                        type="button"
                        tabIndex={-1}
                        className={styles.cell}
                        style={{ background: tint(0.32, lookOfRank(rank).color) }}
                        data-followed={row === followed || undefined}
                        aria-label={`row ${row}, rank ${rank}, step ${step + 1}`}
                        onClick={() => setFollowed(row)}
                      >
                        {row}
                      </button>
                    ))}
                  </span>
                ))}
              </div>
            ))}
          </div>
        </div>
      ))}
    </Frame>
  )
}
