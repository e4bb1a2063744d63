/** Latency against clients in a benchmark: planned, predicted, rendered in every form, and absent with a reason. */
import { describe, expect, it } from 'vitest'
import { planOf } from '../../electron/benchmark/plan.ts'
import { notMeasured, collectBenchmark } from '../../electron/report/benchmark/facts.ts'
import { renderBenchmark, renderBenchmarkFolder } from '../../electron/report/benchmark/index.ts'
import { benchmarkView } from '../../electron/report/benchmark/view.ts'
import { loadFigures } from '../../shared/benchmark/inference.ts'
import { predictedDuration } from '../../shared/benchmark/predicted-duration.ts'
import { benchmarkSchema } from '../../shared/domain/benchmark.ts'
import { runConfigSchema } from '../../shared/domain/run-config.ts'
import { fakeBenchmark, withFakeInference } from '../helpers/fake-benchmark.ts'

const asked = {
  name: '',
  config: runConfigSchema.parse({ worldSize: 2 }),
  vary: { factor: 'ranks', values: [1, 2] as number[] },
  scaling: 'strong',
} as const

describe('a plan', () => {
  it('serves the trained model only where that is asked for: 1 to 16 clients, more and longer in the full form', () => {
    expect(planOf({ ...asked, form: 'quick' }).inference).toBeNull()
    expect(planOf({ ...asked, form: 'quick', inference: true }).inference).toMatchObject({ clients: [1, 2, 4, 8, 16], repetitions: 3 })
    expect(planOf({ ...asked, form: 'full', inference: true }).inference).toMatchObject({ repetitions: 5, turnMs: 3000 })
  })

  it('predicts the loads, too', () => {
    const ms = (inference: boolean) => predictedDuration(planOf({ ...asked, form: 'quick', inference }), 2, null).predictedMs
    expect(ms(true) - ms(false)).toBeCloseTo(3500 + 6 * 3 * 1500)
  })
})

describe('a report', () => {
  const benchmark = withFakeInference(fakeBenchmark())

  it('shows a line for each number of clients and one for the open loop, with medians, intervals, requests and errors', () => {
    const { text } = renderBenchmark(benchmark, 'markdown')
    expect(text).toContain('## Inference under load')
    expect(text).toMatch(/\| closed, 4 clients \| 3 \| 1,333 \| 3\.00 ms \| 6\.00 ms \| 9\.00 ms \| 8\.55 ms – 9\.90 ms \| 1,500 \| 0 \|/)
    expect(text).toMatch(/\| open, 900 a second \|/)
    expect(text).toMatch(/at 70\.0 % of the most .* latency counts from the time that was due/)
    expect(text).toMatch(/Inference, measured: the model that “1 rank × 64” trained, .* Every request got a right answer\./)
    expect(text).not.toContain('latency of inference')
  })

  it('counts requests without a right answer aloud', () => {
    const failing = structuredClone(benchmark)
    Object.assign(failing.inference!.measured!.closed[4]!.turns[0]!, { errors: 7, p50Ms: null, p95Ms: null, p99Ms: null })
    expect(renderBenchmark(failing, 'markdown').text).toContain('Of all requests 7 got no right answer.')
    expect(loadFigures(failing.inference!.measured!)[4]).toMatchObject({ errors: 7, requests: 1500, p99Ms: { each: { length: 2 } } })
  })

  it('has it in a folder as a table and a chart, and on the page; without it neither', () => {
    const added = [...renderBenchmarkFolder(benchmark).keys()].filter((name) => !renderBenchmarkFolder(fakeBenchmark()).has(name))
    expect(added).toEqual(['inference.csv', 'inference.svg'])
    const csv = renderBenchmark(benchmark, 'csv-inference').text.trim().split('\r\n')
    expect(csv).toHaveLength(1 + 6 * 3)
    expect(csv[1]).toMatch(/,ranks-1,step-000050,measured,closed,1,,1,/)
    expect(renderBenchmark(benchmark, 'html').text).toMatch(/<title id="inference-title">Latency against clients/)
    expect(benchmarkView(benchmark).charts.inference).toMatch(/<svg[^]*p99/)
    expect(benchmarkView(benchmark).tables.find(({ title }) => title === 'Inference under load')?.note).toContain('closed loop')
    expect(benchmarkView(fakeBenchmark()).charts.inference).toBeNull()
    for (const format of ['svg-inference', 'csv-inference'] as const)
      expect(() => renderBenchmark(fakeBenchmark(), format)).toThrow('There is no such measurement')
  })

  it('says why where it was not measured', () => {
    const missing = (of: Partial<typeof benchmark>) => notMeasured(collectBenchmark({ ...benchmark, ...of })).join()
    expect(notMeasured(collectBenchmark(fakeBenchmark())).join()).toContain('latency of inference: not asked for')
    expect(missing({ inference: null })).toContain('latency of inference: not yet')
    const error = { code: 'MODEL_INVALID', title: 'The model is damaged', cause: 'It is cut off.', suggestion: '' } as const
    expect(missing({ inference: { measured: null, error } })).toContain('The model is damaged. It is cut off.')
  })

  it('opens benchmarks of before', () => {
    const { inference: none, plan, repetitions, ...early } = fakeBenchmark()
    const { inference: notAsked, ...earlyPlan } = plan
    expect([none, notAsked]).toEqual([null, null])
    const conditions = { busyShare: 0.02, calibrationMs: [10, 10.2], energyJoules: 12 }
    const opened = benchmarkSchema.parse({ ...early, plan: earlyPlan, repetitions: repetitions.map((each) => ({ ...each, conditions })) })
    expect(opened).toMatchObject({ inference: null, plan: { inference: null } })
    expect(opened.repetitions[0]!.conditions).toMatchObject({ energyJoules: 12, gpuJoules: null, energySeconds: null })
  })
})
