/** What lay on the disk after saving, and how the loss goes on when training resumes from it. */
import type { Evidence } from '../evidence.ts'
import { firstProbe, probesOf } from '../evidence.ts'
import { useArm } from './parts/arm-switch.tsx'
import { DataTable, Frame, NotMeasured } from './parts/frame.tsx'
import { lookOfRank } from './parts/legend.tsx'
import { LinePlot } from './parts/line-plot.tsx'
import { relativeText } from './parts/numbers.ts'
import styles from './modes.module.css'

export function SavedFiles({ evidence }: { evidence: Evidence }) {
  const { result, control } = useArm(evidence, 'checkpoint-mistakes', ['all-ranks-save', 'no-moments', 'fixed'], {
    'all-ranks-save': 'all ranks save',
    'no-moments': 'weights only',
    fixed: 'as it should be',
  })
  const first = firstProbe(result)
  if (!result || !first)
    return <NotMeasured>The files and their fingerprints will stand here, and the loss before and after resuming.</NotMeasured>
  const probes = probesOf(result).flatMap((probe, rank) => (probe ? [{ ...probe, rank }] : []))
  const jump = Math.max(...first.resumed.map((loss, step) => Math.abs(loss - (first.uninterrupted[step] ?? loss))))
  const written = probes.reduce((sum, { wrote }) => sum + wrote.length, 0)
  return (
    <Frame
      title="A checkpoint, and what comes of it"
      hint={`resumed after ${result.input.stepsBefore} steps`}
      summary={`${written} ${written === 1 ? 'file was' : 'files were'} written, ${first.onDisk.length} lay on the disk afterwards. Resumed losses differ by up to ${jump.toPrecision(2)}; at the end a parameter is off by ${relativeText(first.parameterDifference)}.`}
      controls={control}
      table={{
        head: ['step', 'without interruption', 'resumed'],
        rows: first.uninterrupted.map((loss, step) => [result.input.stepsBefore + step + 1, loss, first.resumed[step] ?? 'none']),
      }}
    >
      <LinePlot
        label="Loss after the checkpoint"
        xLabel="step"
        yLabel="loss"
        height={200}
        fromZero={false}
        series={[
          {
            ...lookOfRank(0),
            label: 'without interruption',
            bold: true,
            points: first.uninterrupted.map((y, step) => ({ x: result.input.stepsBefore + step + 1, y })),
          },
          {
            ...lookOfRank(1),
            label: 'resumed from the file',
            marks: 'too' as const,
            points: first.resumed.map((y, step) => ({ x: result.input.stepsBefore + step + 1, y })),
          },
        ]}
      />
      <div className={styles.mask}>
        <h3 className={styles.heading}>Who wrote what</h3>
        <DataTable
          title="Files"
          table={{
            head: ['by', 'file', 'bytes', 'SHA-256'],
            rows: [
              ...probes.flatMap(({ rank, wrote }) =>
                wrote.map(({ name, bytes, sha256 }) => [`rank ${rank}`, name, bytes, sha256.slice(0, 12)]),
              ),
              ...first.onDisk.map(({ name, bytes, sha256 }) => ['on the disk', name, bytes, sha256.slice(0, 12)]),
            ],
          }}
        />
      </div>
    </Frame>
  )
}
