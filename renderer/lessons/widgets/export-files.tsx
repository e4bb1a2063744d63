/** The exported files: how large each ONNX file is, how right, how fast, how far from the engine; and all that lies in the folder. */
import type { Evidence } from '../evidence.ts'
import { bytes, percent } from '../../ui/format.ts'
import { Bars } from './parts/bars.tsx'
import { DataTable, Frame, NotMeasured } from './parts/frame.tsx'
import styles from './deployment.module.css'

export function ExportFiles({ evidence: { exported } }: { evidence: Evidence }) {
  if (!exported)
    return (
      <NotMeasured>
        Three files will be compared here: their size, their accuracy, their speed, and how far each is from the engine.
      </NotMeasured>
    )
  const { facts, files, path } = exported
  const { measurements } = facts
  const accuracyOf = ({ quality }: (typeof measurements)[number]): string => (quality ? percent(quality.accuracy) : 'no rows at hand')
  const smallest = measurements.reduce((a, b) => (b.bytes < a.bytes ? b : a))
  const largest = measurements.reduce((a, b) => (b.bytes > a.bytes ? b : a))
  return (
    <Frame
      title="Your export"
      hint={`${facts.checkpoint ?? 'a model'} on ${facts.rowCount} rows`}
      summary={`${smallest.precision} needs ${percent(smallest.bytes / largest.bytes, 0)} of the bytes of ${largest.precision}; right on ${accuracyOf(smallest)} instead of ${accuracyOf(largest)}. All of it lies in ${path}.`}
      table={{
        head: [
          'file',
          'bytes',
          'accuracy',
          'from',
          'to',
          'same class as the engine',
          'largest logit difference',
          'median ms',
          '95th percentile ms',
        ],
        rows: measurements.map((of) => [
          of.file,
          of.bytes,
          of.quality?.accuracy ?? 'none',
          of.quality?.accuracyInterval[0] ?? 'none',
          of.quality?.accuracyInterval[1] ?? 'none',
          of.agreement,
          of.largestLogitDifference,
          of.latencyMs.p50,
          of.latencyMs.p95,
        ]),
      }}
    >
      <div className={styles.precisions}>
        <Bars
          bars={measurements.map(({ precision, bytes: size }) => ({
            label: precision,
            name: precision,
            parts: [{ value: size, look: { label: 'size', color: 'var(--accent)' } }],
            text: bytes(size),
          }))}
        />
      </div>
      <div className={styles.precisions}>
        <DataTable
          title="Three precisions"
          table={{
            head: ['', 'accuracy (95 %)', 'as the engine', 'logits off by', 'one headline'],
            rows: measurements.map((of) => [
              of.precision,
              of.quality ? `${accuracyOf(of)} (${of.quality.accuracyInterval.map((end) => percent(end, 0)).join(' to ')})` : 'none',
              percent(of.agreement),
              of.largestLogitDifference.toExponential(1),
              `${of.latencyMs.p50.toFixed(1)} ms`,
            ]),
          }}
        />
      </div>
      <DataTable
        title="Files of the export"
        table={{ head: ['file', 'bytes'], rows: files.map(({ name, bytes: size }) => [name, size]) }}
      />
    </Frame>
  )
}
