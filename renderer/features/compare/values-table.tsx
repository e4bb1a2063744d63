/** The values of every run where the pin or the crosshair is, else at the end: what the charts show, in figures. */
import { memo } from 'react'
import { useCrosshair } from '../../state/crosshair.ts'
import type { Chart } from './board.tsx'
import type { RunCurve } from './curve-chart.tsx'
import { quantities, valueAt } from './curves.ts'
import type { AxisName, QuantityName } from './curves.ts'
import { RunName } from './run-name.tsx'
import { figureOf, placeInWords } from './ticks.ts'

export const ValuesTable = memo(function ValuesTable({ axis, charts }: { axis: AxisName; charts: readonly Chart[] }) {
  const x = useCrosshair(({ pin, at }) => pin ?? at)
  return (
    <table className="lab-table" aria-label="Values of the runs">
      <thead>
        <tr>
          <th scope="col">{x === null ? 'At the end' : `At ${placeInWords(x, axis)}`}</th>
          {charts.map(({ name }) => (
            <th key={name} scope="col" className="num">
              {quantities[name].title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {charts[0]?.runs.map((run, index) => (
          <tr key={run.id}>
            <th scope="row">
              <RunName look={run} name={run.title} />
            </th>
            {charts.map(({ name, runs }) => (
              <td key={name} className="num">
                {figureAt(runs[index]!, name, x)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
})

/** In figures, as charts, tables and voices give it; null `x`: at the end. */
export function figureAt({ curve }: RunCurve, name: QuantityName, x: number | null): string {
  const value = x === null ? (curve.smooth.y.at(-1) ?? null) : valueAt(curve.smooth, x)
  return value === null ? '–' : figureOf(value, quantities[name].digits)
}
