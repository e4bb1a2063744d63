/** The values of every run where the crosshair or the pin is: what the charts show, in figures. */
import { quantities } from './curves.ts'
import type { QuantityName } from './curves.ts'
import { valueAt } from './curves.ts'
import type { RunCurve } from './curve-chart.tsx'
import { RunMark } from './run-mark.tsx'

interface ValuesTableProps {
  /** In words: 'step 1,200'; null: at the end. */
  place: string | null
  x: number | null
  shown: readonly QuantityName[]
  curves: Record<QuantityName, RunCurve[]>
}

export function ValuesTable({ place, x, shown, curves }: ValuesTableProps) {
  const runs = curves[shown[0]!]
  return (
    <table className="lab-table" aria-label="Values of the runs">
      <thead>
        <tr>
          <th scope="col">{place === null ? 'At the end' : `At ${place}`}</th>
          {shown.map((name) => (
            <th key={name} scope="col" className="num">
              {quantities[name].title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {runs.map((run, index) => (
          <tr key={run.id}>
            <th scope="row">
              <RunMark run={run} /> {run.title}
            </th>
            {shown.map((name) => {
              const { smooth } = curves[name][index]!.curve
              const value = x === null ? (smooth.at(-1)?.y ?? null) : valueAt(smooth, x)
              return (
                <td key={name} className="num">
                  {value === null ? '–' : figureOf(value, quantities[name].digits)}
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const figureOf = (value: number, digits: number): string =>
  value !== 0 && Math.abs(value) < 10 ** -digits * 10
    ? value.toExponential(2)
    : value.toLocaleString('en', { maximumFractionDigits: digits })
