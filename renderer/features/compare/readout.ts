/**
 * What a chart says under the crosshair: a dot on each curve, and in the chart under the pointer (or the keyboard) a tip with
 * the values. Made by hand and not by React: it follows the pointer in up to seven charts at once.
 */
import type uPlot from 'uplot'
import type { RunCurve } from './curve-chart.tsx'
import { nearest } from './curves.ts'
import type { AxisName } from './curves.ts'
import styles from './compare.module.css'
import { figureOf, placeInWords } from './ticks.ts'

interface Shown {
  runs: readonly RunCurve[]
  axis: AxisName
  digits: number
}

/** More rows than this stand in two columns. */
const rowsInColumn = 9
const gapPixels = 12
const svgNamespace = 'http://www.w3.org/2000/svg'

export interface Readout {
  /** At `x` of the axis; null: nothing. */
  show(x: number | null, hasTip: boolean): void
}

/** Puts the readout into `chart`; `shown` tells what is drawn there now. */
export function readoutIn(chart: uPlot, shown: () => Shown): Readout {
  const dots: HTMLElement[] = []
  const tip = append(chart.over, 'div', styles.tip!)
  tip.hidden = true
  // The same is said in words where the keyboard moves the pin.
  tip.ariaHidden = 'true'
  return {
    show: (x, hasTip) => {
      const { runs, axis, digits } = shown()
      const points = runs.map(({ curve: { smooth } }) => (x === null ? null : nearest(smooth, x)))
      const values = points.map((index, run) => (index === null ? null : runs[run]!.curve.smooth.y[index]!))
      while (dots.length < runs.length) dots.push(append(chart.over, 'span', styles.dot!))
      dots.forEach((dot, run) => {
        const [index, value] = [points[run] ?? null, values[run] ?? null]
        const at = index === null ? Number.NaN : chart.valToPos(runs[run]!.curve.smooth.x[index]!, 'x')
        const top = value === null ? Number.NaN : chart.valToPos(value, 'y')
        dot.hidden = !(Number.isFinite(top) && at >= 0 && at <= chart.over.clientWidth)
        if (dot.hidden) return
        dot.style.background = `var(${runs[run]!.color})`
        dot.style.transform = `translate(${at}px, ${top}px)`
      })
      tip.hidden = x === null || !hasTip
      if (x === null || tip.hidden) return
      fill(tip, placeInWords(x, axis), runs, values, digits)
      const left = chart.valToPos(x, 'x')
      const width = chart.over.clientWidth
      const isRight = left < width / 2
      tip.style.left = isRight ? `${left + gapPixels}px` : ''
      tip.style.right = isRight ? '' : `${width - left + gapPixels}px`
    },
  }
}

function fill(tip: HTMLElement, place: string, runs: readonly RunCurve[], values: readonly (number | null)[], digits: number): void {
  const [head, list] =
    tip.children.length > 0 ? (tip.children as unknown as [HTMLElement, HTMLElement]) : [append(tip, 'p', ''), append(tip, 'ul', '')]
  head.textContent = place
  list.style.columnCount = runs.length > rowsInColumn ? '2' : ''
  while (list.children.length > runs.length) list.lastElementChild?.remove()
  runs.forEach((run, index) => {
    const row = (list.children[index] ?? rowIn(list)) as HTMLElement
    const [mark, name, value] = row.children as unknown as [SVGElement, HTMLElement, HTMLElement]
    const line = mark.firstElementChild!
    line.setAttribute('stroke', `var(${run.color})`)
    line.setAttribute('stroke-dasharray', run.dash ?? 'none')
    name.textContent = run.title
    const figure = values[index] ?? null
    value.textContent = figure === null ? '–' : figureOf(figure, digits)
  })
}

function rowIn(list: HTMLElement): HTMLElement {
  const row = append(list, 'li', '')
  const mark = document.createElementNS(svgNamespace, 'svg')
  const line = document.createElementNS(svgNamespace, 'line')
  mark.setAttribute('width', '18')
  mark.setAttribute('height', '8')
  for (const [name, value] of Object.entries({ x2: '18', y1: '4', y2: '4', 'stroke-width': '2' })) line.setAttribute(name, value)
  mark.append(line)
  row.append(mark)
  append(row, 'span', '')
  append(row, 'b', '')
  return row
}

function append(parent: HTMLElement, tag: string, className: string): HTMLElement {
  const element = document.createElement(tag)
  element.className = className
  parent.append(element)
  return element
}
