/** Mean loss or sum loss: the length of the gradient, and what AdamW and plain SGD make of it. */
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { useArm } from './parts/arm-switch.tsx'
import { Frame, NotMeasured } from './parts/frame.tsx'
import { lookOfRank } from './parts/legend.tsx'
import { LinePlot } from './parts/line-plot.tsx'
import styles from './modes.module.css'

/** Losses above this only say that it went wrong. */
const ceiling = 6

export function SumLoss({ evidence }: { evidence: Evidence }) {
  const { result, control } = useArm(evidence, 'sum-loss', ['broken', 'fixed'], { broken: 'sum', fixed: 'mean' })
  const probe = firstProbe(result)
  if (!result || !probe)
    return <NotMeasured>The gradient’s length with a mean and with a sum will stand here, and the loss under two optimizers.</NotMeasured>
  const other = firstProbe(evidence.result('sum-loss', result.arm === 'broken' ? 'fixed' : 'broken'))
  const ratio = probe.usedGradNorm / probe.meanGradNorm
  const curves = (of: 'adamW' | 'sgd') =>
    [
      {
        ...lookOfRank(1),
        label: result.arm === 'broken' ? 'sum' : 'mean',
        bold: true,
        points: probe[of].map((y, step) => ({ x: step + 1, y })),
      },
      ...(other
        ? [{ ...lookOfRank(0), label: result.arm === 'broken' ? 'mean' : 'sum', points: other[of].map((y, step) => ({ x: step + 1, y })) }]
        : []),
    ] as const
  return (
    <Frame
      title="One step’s gradient, and ten steps of training"
      hint={`global batch ${probe.globalBatch}`}
      summary={`The gradient that was used is ${ratio.toPrecision(3)} times as long as the gradient of the mean loss. AdamW ended at ${probe.adamW.at(-1)?.toFixed(3)}, SGD at ${probe.sgd.length < probe.adamW.length ? 'no number' : probe.sgd.at(-1)?.toFixed(3)}.`}
      controls={control}
      table={{
        head: ['step', 'AdamW, loss', 'SGD, loss'],
        rows: probe.adamW.map((loss, step) => [step + 1, loss, probe.sgd[step] ?? 'no number']),
      }}
    >
      {(['adamW', 'sgd'] as const).map((of) => (
        <div key={of} className={styles.mask}>
          <h3 className={styles.heading}>
            {of === 'adamW' ? 'AdamW: divides each gradient by its own size' : 'SGD: takes the gradient as it is'}
          </h3>
          <LinePlot label={`Loss under ${of}`} xLabel="step" yLabel="loss" height={190} yMax={ceiling} series={curves(of)} />
        </div>
      ))}
    </Frame>
  )
}
