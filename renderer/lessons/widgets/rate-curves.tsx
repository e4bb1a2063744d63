/** The loss of three trainings that differ in nothing but the learning rate. */
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { DataTable, Frame, NotMeasured, shortNumber } from './parts/frame.tsx'
import { lookOfRank } from './parts/legend.tsx'
import { LinePlot } from './parts/line-plot.tsx'

/** Losses above this say no more than “much too high”. */
const ceilingOverStart = 2.5

export function RateCurves({ evidence }: { evidence: Evidence }) {
  const probe = firstProbe(evidence.result('learning-rates', 'measured'))
  if (!probe)
    return (
      <NotMeasured>
        Three curves will be drawn here: the loss with a rate that is too low, one that fits and one that is too high.
      </NotMeasured>
    )
  const { curves, validationLossBefore } = probe
  const start = curves[0]?.losses[0] ?? 1
  const table = {
    head: ['learning rate', 'steps', 'first loss', 'last loss', 'validation loss before', 'after'],
    rows: curves.map(({ learningRate, losses, validationLoss, diverged }) => [
      String(learningRate),
      losses.length,
      losses[0] ?? NaN,
      losses.at(-1) ?? NaN,
      validationLossBefore,
      diverged ? 'diverged' : validationLoss === null ? '–' : shortNumber(validationLoss),
    ]),
  }
  return (
    <Frame
      title="Loss, step by step"
      hint="same model, same batches, same start"
      summary={curves
        .map(
          ({ learningRate, validationLoss }) =>
            `Rate ${learningRate}: validation loss from ${validationLossBefore.toFixed(2)} to ${validationLoss === null ? 'no number' : validationLoss.toFixed(2)}.`,
        )
        .join(' ')}
      table={table}
    >
      <LinePlot
        label="Loss by step for three learning rates"
        xLabel="step"
        yLabel="loss"
        height={300}
        yMax={start * ceilingOverStart}
        series={curves.map(({ learningRate, losses }, index) => ({
          label: `rate ${learningRate}`,
          color: lookOfRank(index).color,
          dash: lookOfRank(index).dash,
          points: losses.map((y, step) => ({ x: step + 1, y })),
        }))}
      />
      <div style={{ marginTop: 14 }}>
        <DataTable title="The three rates" table={table} />
      </div>
    </Frame>
  )
}
