/** What the log said, and what was: the loss of rank 0's rows, of every rank's rows, and of all rows. */
import type { Evidence } from '../evidence.ts'
import { firstProbe, probesOf } from '../evidence.ts'
import { brokenAndFixed, useArm } from './parts/arm-switch.tsx'
import { Frame, NotMeasured } from './parts/frame.tsx'
import { lookOfRank } from './parts/legend.tsx'
import { LinePlot } from './parts/line-plot.tsx'

export function LossBand({ evidence }: { evidence: Evidence }) {
  const { result, control } = useArm(evidence, 'rank0-loss', ['broken', 'fixed'], brokenAndFixed)
  const first = firstProbe(result)
  if (!result || !first) return <NotMeasured>The logged loss will be drawn here, against the losses of all ranks.</NotMeasured>
  const probes = probesOf(result).flatMap((probe, rank) => (probe ? [{ ...probe, rank }] : []))
  const points = (values: readonly number[]) => values.map((y, step) => ({ x: step + 1, y }))
  const off = first.logged.map((logged, step) => Math.abs(logged - first.global[step]!))
  return (
    <Frame
      title="The log against the truth"
      hint={`${result.input.microBatch} rows per rank and step`}
      summary={
        Math.max(...off) < 1e-6
          ? 'In every step the log shows the loss of all rows.'
          : `The logged loss is off by up to ${Math.max(...off).toFixed(3)}, on average by ${(off.reduce((sum, value) => sum + value, 0) / off.length).toFixed(3)}.`
      }
      controls={control}
      table={{
        head: ['step', 'logged', 'all rows', ...probes.map(({ rank }) => `rank ${rank}`)],
        rows: first.global.map((loss, step) => [step + 1, first.logged[step]!, loss, ...probes.map(({ local }) => local[step]!)]),
      }}
    >
      <LinePlot
        label="Losses by step"
        xLabel="step"
        yLabel="loss"
        height={330}
        fromZero={false}
        series={[
          ...probes.map(({ rank, local }) => ({ ...lookOfRank(rank), label: `rank ${rank}’s rows`, points: points(local) })),
          { label: 'all rows', color: 'var(--ink)', bold: true, points: points(first.global) },
          { label: 'logged', color: 'var(--bad)', dash: '1 5', marks: 'too' as const, points: points(first.logged) },
        ]}
      />
    </Frame>
  )
}
