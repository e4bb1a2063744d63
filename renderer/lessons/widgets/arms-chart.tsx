/** Four trainings, 1 × 32, 1 × 64, 2 × 16 and 2 × 32: loss by samples seen, or by updates made. */
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { movingMean } from '../../../shared/domain/series.ts'
import type { Evidence } from '../evidence.ts'
import { firstProbe, probesOf } from '../evidence.ts'
import { useArm } from './parts/arm-switch.tsx'
import { DataTable, Frame, NotMeasured } from './parts/frame.tsx'
import { lookOfRank } from './parts/legend.tsx'
import { LinePlot } from './parts/line-plot.tsx'

export function ArmsChart({ evidence }: { evidence: Evidence }) {
  const { result, control } = useArm(evidence, 'batch-and-rate', ['broken', 'fixed'], {
    broken: 'same rate for all',
    fixed: 'rate grows with the batch',
  })
  const [by, setBy] = useState<'samples' | 'steps'>('samples')
  if (!result) return <NotMeasured>Four curves will be drawn here, by samples and by updates.</NotMeasured>
  const all = probesOf(result).flatMap((probe) => probe?.curves ?? [])
  const name = (curve: (typeof all)[0]): string => `${curve.ranks} × ${curve.microBatch}`
  const curves = [...new Map(all.map((curve) => [name(curve), curve])).values()].sort(
    (a, b) => a.globalBatch - b.globalBatch || a.ranks - b.ranks,
  )
  const before = firstProbe(result)?.validationLossBefore ?? NaN
  const table = {
    head: ['ranks × batch', 'global batch', 'learning rate', 'updates', 'validation loss'],
    rows: curves.map((curve) => [name(curve), curve.globalBatch, String(curve.learningRate), curve.losses.length, curve.validationLoss]),
  }
  return (
    <Frame
      title="Loss of four trainings"
      hint="same samples for all"
      summary={`Before: validation loss ${before.toFixed(3)}. After the same samples: ${curves.map((curve) => `${name(curve)} reached ${curve.validationLoss.toFixed(3)} in ${curve.losses.length} updates`).join(', ')}.`}
      controls={
        <>
          {control}
          <SegmentedControl
            size="xs"
            aria-label="Horizontal axis"
            data={[
              { value: 'samples', label: 'by samples' },
              { value: 'steps', label: 'by updates' },
            ]}
            value={by}
            onChange={(value) => setBy(value as typeof by)}
          />
        </>
      }
      table={table}
    >
      <LinePlot
        label={`Loss by ${by}`}
        xLabel={by === 'samples' ? 'samples seen' : 'updates'}
        yLabel="loss"
        height={280}
        series={curves.map((curve, index) => ({
          ...lookOfRank(index),
          label: name(curve),
          points: movingMean(
            curve.losses.map((y, step) => ({ x: (step + 1) * (by === 'samples' ? curve.globalBatch : 1), y })),
            5,
          ),
        }))}
      />
      <div style={{ marginTop: 12 }}>
        <DataTable title="The four trainings" table={table} />
      </div>
    </Frame>
  )
}
