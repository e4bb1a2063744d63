/** What the comparison draws: where points lie on each axis, that thinning loses no spike, and what configurations differ in. */
import { describe, expect, it } from 'vitest'
import { moveByKey } from '../../renderer/features/compare/chart-keys.ts'
import { parseChosen, withoutRun, withRun } from '../../renderer/features/compare/chosen.ts'
import { configRows } from '../../renderer/features/compare/config-difference.ts'
import { curveOf, positions, quantities, quantityNames, thin, thinBand, valueAt, within } from '../../renderer/features/compare/curves.ts'
import type { AxisName, QuantityName } from '../../renderer/features/compare/curves.ts'
import { lookOf, mostRuns, namesOf } from '../../renderer/features/compare/run-look.ts'
import { curvesOf, joinedCurves, timeOfDay } from '../../shared/domain/run-curves.ts'
import type { RunCurves } from '../../shared/domain/run-curves.ts'
import { fakeRun } from '../helpers/fake-run.ts'

const detail = fakeRun({ record: { trainCount: 79 * 64 } })
const run = curvesOf(detail)
const curve = (of: RunCurves, name: QuantityName, axis: AxisName, window: number) => curveOf(of, name, window, positions(of, axis))

describe('axes', () => {
  it('place a step by count, by rows seen, by share of the epoch, by time since the start and by the clock', () => {
    const { createdAt } = run.record
    const last = detail.steps.at(-1)!
    const at = (axis: AxisName) => positions(run, axis)
    expect(at('step').steps).toEqual(detail.steps.map(({ step }) => step))
    expect(at('samples').steps.at(-1)).toBe(detail.steps.reduce((sum, { exampleCount }) => sum + exampleCount, 0))
    expect(at('epoch').steps.at(-1)).toBeCloseTo(3, 10)
    expect(at('epoch').validations).toEqual([1, 2, 3])
    expect(at('samples').validations.at(-1)).toBe(at('samples').steps.at(-1))
    expect(at('relative').steps.at(-1)).toBe(last.elapsedMs / 1000)
    expect(at('wall').steps.at(-1)).toBeCloseTo(Date.parse(createdAt) / 1000 + last.elapsedMs / 1000, 6)
  })

  it('never run backwards', () => {
    for (const axis of ['step', 'epoch', 'samples', 'relative', 'wall'] as const) {
      const { steps } = positions(run, axis)
      expect(steps.every((x, index) => index === 0 || x >= steps[index - 1]!)).toBe(true)
    }
  })

  it('count samples by what each batch held, not by their number', () => {
    const uneven = { ...run, steps: { ...run.steps, exampleCount: run.steps.exampleCount.map((_, index) => (index % 2 === 0 ? 64 : 7)) } }
    expect(positions(uneven, 'samples').steps.slice(0, 4)).toEqual([64, 71, 135, 142])
  })

  it('begin each epoch at its number, whether a sampler drops rows or repeats them', () => {
    for (const trainCount of [79 * 64 + 900, 79 * 64 - 900]) {
      const { steps } = positions({ ...run, record: { ...run.record, trainCount } }, 'epoch')
      expect(Math.floor(steps[79]!)).toBe(1)
      expect(steps[79]! - 1).toBeCloseTo(64 / trainCount, 10)
      expect(steps[78]).toBeLessThanOrEqual(1)
    }
  })

  it('put what came after a pause where the clock on the wall was', () => {
    const { createdAt } = run.record
    const record = { ...run.record, resumes: [{ at: new Date(Date.parse(createdAt) + 86_400_000).toISOString(), elapsedMs: 5000 }] }
    expect(timeOfDay(record, 5000)).toBe(Date.parse(createdAt) + 5000)
    expect(timeOfDay(record, 6000)).toBe(Date.parse(createdAt) + 86_400_000 + 1000)
    // No line is drawn over the pause, as if something had been measured there.
    const drawn = thin(curve({ ...run, record }, 'loss', 'wall', 1).raw, { from: 0, to: 4e9 }, 1e6)
    expect(drawn.y.filter((y) => y === null)).toHaveLength(1)
    // Time that was trained knows no pause.
    expect(positions({ ...run, record }, 'relative').steps).toEqual(positions(run, 'relative').steps)
  })
})

describe('a curve', () => {
  it('is what was measured, unless it is smoothed, and then keeps both', () => {
    const plain = curve(run, 'loss', 'step', 1)
    expect(plain.smooth).toBe(plain.raw)
    const smoothed = curve(run, 'loss', 'step', 20)
    expect(smoothed.raw).toEqual(plain.raw)
    expect(smoothed.smooth.y).not.toEqual(plain.raw.y)
    expect(smoothed.smooth.y[100]).toBeCloseTo(plain.raw.y.slice(91, 111).reduce((sum, y) => sum + y) / 20, 10)
  })

  it('has a band of its ranks that holds every rank, and none for one rank', () => {
    const { band } = curve(run, 'loss', 'step', 1)
    for (const [index, { ranks }] of detail.steps.entries()) {
      const values = ranks.map(({ localLoss }) => localLoss)
      expect([band!.low[index], band!.high[index]]).toEqual([Math.min(...values), Math.max(...values)])
    }
    expect(curve(curvesOf(fakeRun({ config: { worldSize: 1 } })), 'loss', 'step', 1).band).toBeNull()
  })

  it('exists for every quantity', () => {
    for (const name of quantityNames) expect(curve(run, name, 'step', 1).raw.x.length, quantities[name].title).toBeGreaterThan(0)
  })

  it('of validations holds those in the middle of an epoch, too', () => {
    const steps = detail.steps.map((step) =>
      step.step === 40 ? { ...step, validation: { loss: 0.5, accuracy: 0.25, count: 10, evaluateMs: 100 } } : step,
    )
    const { raw } = curve(curvesOf({ ...detail, steps }), 'validationAccuracy', 'step', 1)
    expect(raw.x).toEqual([40, 79, 158, 237])
    expect(raw.y[0]).toBe(0.25)
  })

  it('keeps what a window has forgotten of a run that goes on', () => {
    const newest = curvesOf({ ...detail, steps: detail.steps.slice(100), epochs: detail.epochs.slice(1) })
    expect(joinedCurves(run, newest)).toEqual(run)
    // What was trained anew after a restart is not what was known before.
    expect(joinedCurves(run, curvesOf({ ...detail, steps: detail.steps.slice(0, 50) })).steps.step).toHaveLength(50)
  })
})

describe('thinning', () => {
  const count = 100_000
  const xs = Array.from({ length: count }, (_, x) => x)
  const points = { x: xs, breaks: [], y: xs.map((x) => (x === 77_777 ? 1000 : Math.sin(x / 500))) }
  const all = { from: 0, to: count }

  it('of 100,000 points keeps a spike of one of them, in the whole and in a part', () => {
    // Every 333rd point, as one would do it at first thought, has no spike.
    expect(points.y.filter((_, index) => index % Math.ceil(count / 300) === 0)).not.toContain(1000)
    expect(thin(points, all, 300).y).toContain(1000)
    expect(thin(points, { from: 70_000, to: 80_000 }, 50).y).toContain(1000)
    expect(thin(points, all, 300).x.length).toBeLessThanOrEqual(602)
  })

  it('keeps every spike up and down, wherever it lies', () => {
    const spikes = [3, 333, 334, 40_000, 99_998].map((at, index) => ({ at, y: index % 2 === 0 ? 50 + at : -50 - at }))
    const y = xs.map(() => 0)
    for (const spike of spikes) y[spike.at] = spike.y
    const drawn = thin({ x: xs, y, breaks: [] }, all, 300)
    for (const spike of spikes) expect(drawn.y, `at ${spike.at}`).toContain(spike.y)
  })

  it('keeps a spike that shares its millisecond with its neighbours, and gives every point a place of its own', () => {
    const few = { x: [1, 2, 2, 2, 3], y: [0, 0, 9, 0, 0], breaks: [] }
    const drawn = thin(few, { from: 1, to: 3 }, 100)
    expect(drawn.y).toEqual(few.y)
    expect(drawn.x.every((x, index) => index === 0 || x > drawn.x[index - 1]!)).toBe(true)
  })

  it('leaves out what a logarithmic scale cannot show, and nothing else', () => {
    const drawn = thin({ x: [1, 2, 3, 4], y: [0.5, 0, -1, 2], breaks: [] }, { from: 1, to: 4 }, 100, (y) => y > 0)
    expect(drawn).toEqual({ x: [1, 4], y: [0.5, 2] })
  })

  it('takes one more point on each side of a part', () => {
    const [first, end] = within(xs, { from: 10.5, to: 12.5 })
    expect(xs.slice(first, end)).toEqual([10, 11, 12, 13])
  })

  it('of a band keeps its extremes', () => {
    const band = { x: xs, breaks: [], low: points.y.map((y) => -y), high: points.y }
    const thinned = thinBand(band, all, 200)
    expect(thinned.x.length).toBeLessThanOrEqual(202)
    expect(Math.max(...thinned.high.filter((y) => y !== null))).toBe(1000)
    expect(Math.min(...thinned.low.filter((y) => y !== null))).toBe(-1000)
  })
})

describe('the value at a place', () => {
  it('is that of the nearest point, and none far outside the run', () => {
    const points = { x: [1, 2, 3], y: [10, 20, 30], breaks: [] }
    expect([0.9, 1.4, 1.6, 3, 9].map((x) => valueAt(points, x))).toEqual([10, 10, 20, 30, null])
    expect(valueAt({ x: [], y: [], breaks: [] }, 1)).toBeNull()
  })

  it('inside of a run is there however unevenly its points lie', () => {
    const points = { x: [0, 1, 2, 3, 1000], y: [1, 2, 3, 4, 5], breaks: [] }
    expect(valueAt(points, 400)).toBe(4)
  })
})

describe('the keyboard in a chart', () => {
  const runs = [{ id: 'a', title: 'A', ...lookOf(0), curve: curve(run, 'loss', 'step', 1) }]
  const extent = { from: 1, to: 237 }
  const press = (key: string, pin: number | null, range = extent, shiftKey = false) =>
    moveByKey({ key, shiftKey, ctrlKey: false, metaKey: false, altKey: false }, pin, runs, range, extent)

  it('moves the pin from point to point, ten with Shift, and not beyond the ends', () => {
    expect(press('ArrowRight', 40)).toEqual({ pin: 41 })
    expect(press('ArrowRight', 40, extent, true)).toEqual({ pin: 50 })
    expect(press('ArrowLeft', 1)).toEqual({ pin: 1 })
    expect(press('ArrowRight', 237)).toEqual({ pin: 237 })
    expect([press('Home', 40), press('End', 40), press('Escape', 40)]).toEqual([{ pin: 1 }, { pin: 237 }, { pin: null }])
    // Without a pin: from the edge of what is shown.
    expect(press('ArrowRight', null, { from: 99.5, to: 150 })).toEqual({ pin: 100 })
  })

  it('zooms about the pin, back to everything and no farther', () => {
    expect(press('+', null)).toEqual({ range: { from: 60, to: 178 } })
    expect(press('-', null, { from: 60, to: 178 })).toEqual({ range: null })
    expect(press('0', null)).toEqual({ range: null })
    expect(press('x', null)).toBeNull()
  })
})

describe('which runs', () => {
  it('keep their places while others come and go', () => {
    expect(withoutRun(parseChosen('a,b,c'), 'b')).toBe('a,,c')
    expect(parseChosen('a,,c')).toEqual([
      { id: 'a', place: 0 },
      { id: 'c', place: 2 },
    ])
    expect(withRun(parseChosen('a,,c'), 'd')).toBe('a,d,c')
    expect(withRun([], 'a')).toBe('a')
  })

  it('each once, and no more than can be told apart', () => {
    expect(parseChosen('a,a,b').map(({ id }) => id)).toEqual(['a', 'b'])
    expect(parseChosen(Array.from({ length: 30 }, (_, index) => `run${index}`).join())).toHaveLength(mostRuns)
    const looks = Array.from({ length: mostRuns }, (_, place) => JSON.stringify(lookOf(place)))
    expect(new Set(looks).size).toBe(mostRuns)
    expect(parseChosen(null)).toEqual([])
  })

  it('of the same name are told apart by when they began', () => {
    const named = (id: string, name: string, createdAt: string) => fakeRun({ config: { name }, record: { id, createdAt } }).record
    const names = namesOf([
      named('a-0001', 'Mine', '2026-03-14T09:26:53.000Z'),
      named('a-0002', 'Mine', '2026-03-15T09:26:53.000Z'),
      named('a-0003', 'Mine', '2026-03-15T09:26:59.000Z'),
      named('a-0004', 'Other', '2026-03-15T09:26:59.000Z'),
    ])
    expect(new Set(names).size).toBe(4)
    expect(names[0]).toMatch(/^Mine · 14 Mar|^Mine · Mar 14/)
    expect(names[2]).toMatch(/0003$/)
    expect(names[3]).toBe('Other')
  })
})

describe('configurations', () => {
  it('differ in what differs, however deep it lies', () => {
    const { record } = run
    const other = fakeRun({ config: { learningRate: 1e-3, data: { kind: 'csv', path: '/tmp/a.csv' } } })
    const differing = configRows([record, other.record]).filter(({ name, differs }) => differs && name !== 'training rows')
    expect(differing.map(({ name }) => name)).toEqual(['data.kind', 'learningRate', 'data.path', 'data.onBadRow'])
    expect(differing.find(({ name }) => name === 'data.path')?.values).toEqual(['–', '/tmp/a.csv'])
    expect(configRows([record, record]).some(({ differs }) => differs)).toBe(false)
  })

  it('say the global batch, which follows from three settings', () => {
    const other = fakeRun({ config: { microBatch: 16, gradAccumSteps: 2 } })
    expect(configRows([run.record, other.record]).find(({ name }) => name === 'global batch')).toMatchObject({ differs: false })
    expect(configRows([fakeRun({ config: { dropout: undefined } }).record]).some(({ values }) => values.includes('undefined'))).toBe(false)
  })
})
