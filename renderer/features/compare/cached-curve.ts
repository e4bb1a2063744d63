/** Curves that were made stay made while axis and smoothing stay: one run that goes on must not make those of the others anew. */
import type { RunCurves } from '../../../shared/domain/run-curves.ts'
import { curveOf, positions } from './curves.ts'
import type { AxisName, Curve, Positions, QuantityName } from './curves.ts'

interface Made {
  axis: AxisName
  window: number
  at: Positions
  curves: Map<QuantityName, Curve>
}

const madeOf = new WeakMap<RunCurves, Made>()

/** As `curveOf`. */
export function cachedCurve(run: RunCurves, name: QuantityName, axis: AxisName, window: number): Curve {
  let made = madeOf.get(run)
  if (made?.axis !== axis || made.window !== window) {
    made = { axis, window, at: made?.axis === axis ? made.at : positions(run, axis), curves: new Map() }
    madeOf.set(run, made)
  }
  let curve = made.curves.get(name)
  if (!curve) {
    curve = curveOf(run, name, window, made.at)
    made.curves.set(name, curve)
  }
  return curve
}
