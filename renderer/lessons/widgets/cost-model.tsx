/** The sweep of two ranks, the line that was fitted to it, and what it predicts for more ranks against what they took. */
import { scoreSweep } from '../../../shared/lessons/checks/measurements.ts'
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { DataTable, Frame, NotMeasured } from './parts/frame.tsx'
import { lookOfRank } from './parts/legend.tsx'
import { LinePlot } from './parts/line-plot.tsx'
import type { Series } from './parts/line-plot.tsx'

const sizeText = (bytes: number): string => (bytes >= 1024 ** 2 ? `${bytes / 1024 ** 2} MB` : `${bytes / 1024} kB`)

export function CostModel({ evidence }: { evidence: Evidence }) {
  const result = evidence.result('allreduce-sweep', 'measured')
  const probe = firstProbe(result)
  const score = result && scoreSweep(result)
  if (!probe || !score) return <NotMeasured>Measured times will be dots here, predictions lines.</NotMeasured>
  const { fit, predictions, offBy } = score
  const two = probe.rings.find(({ worldSize }) => worldSize === 2)
  const sizes = [...new Set(predictions.map(({ worldSize }) => worldSize))]
  const series: Series[] = [
    {
      ...lookOfRank(0),
      label: '2 ranks, measured',
      marks: 'only',
      points: (two?.samples ?? []).map(({ bytes, ms }) => ({ x: bytes, y: ms })),
    },
    {
      color: lookOfRank(0).color,
      label: '2 ranks, fitted',
      points: (two?.samples ?? []).map(({ bytes }) => ({ x: bytes, y: fit.alphaMs + fit.betaMsPerByte * bytes })),
    },
    ...sizes.flatMap((worldSize, index): Series[] => {
      const own = predictions.filter((prediction) => prediction.worldSize === worldSize)
      const { color } = lookOfRank(index + 1)
      return [
        {
          color,
          label: `${worldSize} ranks, measured`,
          marks: 'only',
          points: own.map(({ bytes, measuredMs }) => ({ x: bytes, y: measuredMs })),
        },
        {
          color,
          dash: '5 4',
          label: `${worldSize} ranks, predicted`,
          points: own.map(({ bytes, predictedMs }) => ({ x: bytes, y: predictedMs })),
        },
      ]
    }),
  ]
  return (
    <Frame
      title="Time of an all-reduce"
      hint="both axes by powers of ten"
      summary={`α = ${(fit.alphaMs * 1000).toFixed(0)} µs, β = ${(fit.betaMsPerByte * 1e6).toFixed(2)} ms per MB; the line explains ${(fit.r2 * 100).toFixed(0)} % of two ranks’ times. For more ranks the prediction is off by a factor of ${offBy.toFixed(2)}.`}
      table={{
        head: ['ranks', 'bytes', 'predicted ms', 'measured ms', 'measured / predicted'],
        rows: predictions.map(({ worldSize, bytes, predictedMs, measuredMs }) => [
          worldSize,
          bytes,
          predictedMs,
          measuredMs,
          measuredMs / predictedMs,
        ]),
      }}
    >
      <LinePlot
        label="Time by size"
        xLabel="size"
        yLabel="ms"
        height={300}
        logLog
        series={series}
        xTick={(bytes) => (bytes >= 1e6 ? `${bytes / 1e6} MB` : `${bytes / 1e3} kB`)}
      />
      <div style={{ marginTop: 12 }}>
        <DataTable
          title="Prediction and measurement"
          table={{
            head: ['size', ...sizes.flatMap((worldSize) => [`${worldSize} ranks, predicted`, `${worldSize} ranks, measured`])],
            rows: (two?.samples ?? []).map(({ bytes }) => [
              sizeText(bytes),
              ...sizes.flatMap((worldSize) => {
                const found = predictions.find((prediction) => prediction.worldSize === worldSize && prediction.bytes === bytes)
                return [`${found?.predictedMs.toFixed(2) ?? '–'} ms`, `${found?.measuredMs.toFixed(2) ?? '–'} ms`]
              }),
            ]),
          }}
        />
      </div>
    </Frame>
  )
}
