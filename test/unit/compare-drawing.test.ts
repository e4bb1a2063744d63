/** What stands around the curves of a comparison: ticks, strokes, and the files that leave it. */
import { describe, expect, it } from 'vitest'
import type { BoardRun } from '../../renderer/features/compare/board.tsx'
import { curveOf, positions } from '../../renderer/features/compare/curves.ts'
import type { QuantityName } from '../../renderer/features/compare/curves.ts'
import { comparisonSvg } from '../../renderer/features/compare/picture.ts'
import { lookOf } from '../../renderer/features/compare/run-look.ts'
import { strokesOf } from '../../renderer/features/compare/strokes.ts'
import { placeInWords, ticksAlong, ticksUp } from '../../renderer/features/compare/ticks.ts'
import { valuesCsv } from '../../renderer/features/compare/values-csv.ts'
import { curvesOf } from '../../shared/domain/run-curves.ts'
import { fakeRun } from '../helpers/fake-run.ts'

const textsOf = (ticks: readonly { text: string }[]): string[] => ticks.map(({ text }) => text)

describe('ticks', () => {
  it('of time are whole seconds, minutes or hours, whatever is nearest', () => {
    expect(textsOf(ticksAlong('relative', { from: 0, to: 0.5 }, 5))[1]).toBe('0.1 s')
    expect(textsOf(ticksAlong('relative', { from: 3, to: 62 }, 5))).toEqual(['15 s', '30 s', '45 s', '60 s'])
    expect(textsOf(ticksAlong('relative', { from: 0, to: 1700 }, 5))).toEqual(['0 min', '10 min', '20 min'])
    expect(textsOf(ticksAlong('relative', { from: 0, to: 10 * 3600 }, 5))).toEqual(['0 h', '2 h', '4 h', '6 h', '8 h', '10 h'])
  })

  it('of the clock stand on whole hours where the clock shows them, and name a new day', () => {
    const midnight = new Date(2026, 2, 15).getTime() / 1000
    const ticks = ticksAlong('wall', { from: midnight - 3 * 3600, to: midnight + 3 * 3600 }, 6)
    expect(textsOf(ticks)).toEqual(['21:00', '22:00', '23:00', 'Mar 15', '01:00', '02:00', '03:00'])
  })

  it('of a logarithmic scale are powers of ten and round numbers between them, never nothing', () => {
    expect(textsOf(ticksUp(1e-5, 1e3, 5, true))).toEqual(['1e-5', '0.001', '0.1', '10', '1,000'])
    expect(textsOf(ticksUp(0.09, 2.2, 5, true))).toEqual(['0.1', '0.2', '0.5', '1', '2'])
    expect(ticksUp(0.61, 0.68, 5, true).length).toBeGreaterThan(2)
    for (const [low, high] of [[0, 0], [-1, 5], [1, 1]] as const) expect(ticksUp(low, high, 5, true)).toEqual([]) // prettier-ignore
  })

  it('lie where they say', () => {
    for (const axis of ['step', 'epoch', 'samples', 'relative', 'wall'] as const)
      for (const { at } of ticksAlong(axis, { from: 17.3, to: 9_876.5 }, 6)) expect(at >= 17.3 && at <= 9_876.5).toBe(true)
  })

  it('and places are told in words', () => {
    expect([placeInWords(1234.4, 'step'), placeInWords(1.256, 'epoch'), placeInWords(64_000, 'samples')]).toEqual([
      'step 1,234',
      'epoch 1.26',
      '64,000 samples',
    ])
    expect([placeInWords(9.44, 'relative'), placeInWords(61, 'relative'), placeInWords(3725, 'relative')]).toEqual([
      '9.4 s',
      '1 min 01 s',
      '1 h 02 min 05 s',
    ])
  })
})

describe('strokes', () => {
  const box = { width: 400, height: 200, pixelRatio: 1 }
  const smooth = Array.from({ length: 400 }, (_, index) => Math.exp(-index / 100))
  const hatched = smooth.map((y, index) => y + (index % 2 === 0 ? 0.5 : -0.5))

  it('are wide and dashed where a line can be followed, thin and solid where it is a hatching', () => {
    const [followed, hatching] = strokesOf([smooth, hatched], [0, 1], ['6 3', '2 2'], false, box)
    expect(followed).toEqual({ width: 1.75, dash: [6, 3] })
    expect(hatching).toEqual({ width: 1, dash: [] })
    // Of a short run that goes up and down the dashes can still be seen.
    const short = Array.from({ length: 100 }, (_, index) => index % 2)
    expect(strokesOf([short], [0], ['6 3'], false, box)).toEqual([{ width: 1, dash: [6, 3] }])
  })

  it('bear charts without points, with one, and with one value only', () => {
    for (const values of [[], [1], [2, 2, 2], [undefined, null, 3]])
      expect(strokesOf([values], [0], [undefined], true, box)).toEqual([{ width: 1.75, dash: [] }])
  })
})

const boardRun = (name: string, place: number, change: Parameters<typeof fakeRun>[0] = {}): BoardRun => {
  const curves = curvesOf(fakeRun({ ...change, config: { name, seed: place + 1, ...change.config } }))
  return { id: `run-${place}`, title: name, ...lookOf(place), curves }
}
const chartOf = (name: QuantityName, runs: readonly BoardRun[]) => ({
  name,
  runs: runs.map(({ curves, ...run }) => ({ ...run, curve: curveOf(curves, name, 1, positions(curves, 'step')) })),
})
const legendOf = (runs: readonly BoardRun[]) =>
  runs.map(({ title, dash }, index) => ({ title, color: `#00000${index}`, dash, provenance: 'measured' as const }))
const colors = { surface: '#fff', ink: '#111', quiet: '#666', hairline: '#ddd' }
const settings = { axis: 'step', range: { from: 1, to: 237 }, isLog: false, isSmoothed: false, hasBands: true } as const

describe('the picture', () => {
  it('says what is drawn, in colours and dashes of each run, and keeps strange names harmless', () => {
    const runs = [boardRun('A', 0), boardRun('<script>"&', 1, { config: { worldSize: 1 } })]
    const svg = comparisonSvg([chartOf('loss', runs), chartOf('validationAccuracy', runs)], legendOf(runs), settings, colors)
    expect(svg).toContain('&lt;script&gt;"&amp; (measured)')
    expect(svg).not.toContain('<script')
    expect(svg).toContain('Training loss, nats per example')
    expect(svg.match(/stroke="#000001" stroke-width="1.75" stroke-dasharray="6 3"/g)).toHaveLength(2)
    // The band is that of the run with more than one rank.
    expect(svg.match(/fill-opacity="0.15"/g)).toHaveLength(1)
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('of nothing, of one point and of zeros on a logarithmic scale is a picture, too', () => {
    for (const completedSteps of [0, 1, 237]) {
      const runs = [boardRun('A', 0, { completedSteps })]
      const charts = [chartOf('learningRate', runs), chartOf('validationLoss', runs)]
      const svg = comparisonSvg(charts, legendOf(runs), { ...settings, isLog: true }, colors)
      expect(svg).not.toMatch(/NaN|undefined|Infinity/)
    }
  })
})

describe('the values for a spreadsheet', () => {
  it('are one row for each step and each validation, as measured', () => {
    const run = boardRun('=HYPERLINK("http://x")', 0)
    const rows = valuesCsv([run]).trimEnd().split('\r\n')
    expect(rows).toHaveLength(1 + 237 + 3)
    expect(rows[1]).toMatch(/^"'=HYPERLINK\(""http:\/\/x""\)",run-0,measured,1,/)
    expect(rows[1]!.split(',').at(-7)).toBe(String(run.curves.steps.loss[0]))
    // A validation stands behind its step.
    expect(rows.findIndex((row) => row.endsWith(String(run.curves.validations.validationAccuracy[0])))).toBe(80)
  })
})
