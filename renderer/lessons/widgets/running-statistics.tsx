/** The running means of a batch normalisation on each rank, step by step. */
import { Select } from '@mantine/core'
import { useState } from 'react'
import type { Evidence } from '../evidence.ts'
import { probesOf } from '../evidence.ts'
import { useArm } from './parts/arm-switch.tsx'
import { Frame, NotMeasured, shortNumber } from './parts/frame.tsx'
import { lookOfRank } from './parts/legend.tsx'
import { LinePlot } from './parts/line-plot.tsx'

export function RunningStatistics({ evidence }: { evidence: Evidence }) {
  const { result, control } = useArm(evidence, 'batch-norm', ['broken', 'fixed'], {
    broken: 'each rank its own',
    fixed: 'statistics of all ranks',
  })
  const [wanted, setFeature] = useState(0)
  if (!result) return <NotMeasured>The running mean of every rank will be drawn here, step by step.</NotMeasured>
  const probes = probesOf(result).flatMap((probe, rank) => (probe ? [{ ...probe, rank }] : []))
  const { features } = probes[0]!
  const feature = Math.min(wanted, features.length - 1)
  const lasts = probes.map(({ steps }) => steps.at(-1)!.mean[feature]!)
  return (
    <Frame
      title="Running mean"
      hint={`of “${features[feature]}” in a headline`}
      summary={`After ${probes[0]!.steps.length} steps: ${lasts.map((mean, rank) => `rank ${rank} holds ${shortNumber(mean)}`).join(', ')}. That is ${new Set(lasts).size === 1 ? 'the same number' : 'two different models'}.`}
      controls={
        <>
          {control}
          <Select
            size="xs"
            w={120}
            aria-label="Feature"
            data={features.map((name, index) => ({ value: String(index), label: name }))}
            value={String(feature)}
            onChange={(value) => setFeature(Number(value))}
          />
        </>
      }
      table={{
        head: ['step', ...probes.flatMap(({ rank }) => [`rank ${rank}, mean`, `rank ${rank}, variance`])],
        rows: probes[0]!.steps.map((_, step) => [
          step + 1,
          ...probes.flatMap(({ steps }) => [steps[step]!.mean[feature]!, steps[step]!.variance[feature]!]),
        ]),
      }}
    >
      <LinePlot
        label="Running mean by step"
        xLabel="step"
        yLabel="running mean"
        height={320}
        series={probes.map(({ rank, steps }) => ({
          ...lookOfRank(rank),
          points: steps.map(({ mean }, step) => ({ x: step + 1, y: mean[feature]! })),
        }))}
      />
    </Frame>
  )
}
