/** The time to an accuracy: what is censored is never left out, and every form of the report says so. Padding policies as arms. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readBenchmark } from '../../electron/benchmark/files.ts'
import { measurementOf } from '../../electron/benchmark/measure.ts'
import { planOf } from '../../electron/benchmark/plan.ts'
import { targetChecksOf } from '../../electron/benchmark/target-checks.ts'
import { collectBenchmark, ratioWord, sentencesOf } from '../../electron/report/benchmark/facts.ts'
import { renderBenchmark, renderBenchmarkFolder } from '../../electron/report/benchmark/index.ts'
import { benchmarkView } from '../../electron/report/benchmark/view.ts'
import { predictedDuration } from '../../shared/benchmark/predicted-duration.ts'
import { timesToAccuracy } from '../../shared/benchmark/time-to-accuracy.ts'
import type { LabError } from '../../shared/contract/errors.ts'
import { type Benchmark, benchmarkSchema } from '../../shared/domain/benchmark.ts'
import { type Padding, runConfigSchema } from '../../shared/domain/run-config.ts'
import { medianOfCensored, summaryOf } from '../../shared/domain/statistics.ts'
import { fakeBenchmark, withTimes } from '../helpers/fake-benchmark.ts'
import { fakeRun } from '../helpers/fake-run.ts'
import { hostileText } from '../helpers/hostile-run.ts'
import { scanHtml } from '../helpers/scan-html.ts'

const causeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return (error as LabError).info.cause
  }
  return 'none'
}

describe('the median of censored values', () => {
  it('is one of the values as long as fewer than half are censored', () => {
    expect(medianOfCensored([30, null, 10, 20, null])!.median).toBe(30)
    expect(medianOfCensored([30, 10, 20, null])!.median).toBe(25)
  })

  it('is none where half or more are: the others are no sample of them', () => {
    expect(medianOfCensored([10, null, null, 20, null])!.median).toBeNull()
    expect(medianOfCensored([10, null, null, 20])!.median).toBeNull()
    expect(medianOfCensored([null, null, null])).toEqual({ median: null, interval: [null, null] })
    expect(medianOfCensored([])).toBeNull()
  })

  it('has an interval that goes on beyond the limit', () => {
    const { interval } = medianOfCensored([10, 11, 12, 13, null])!
    expect(interval).toEqual([10, null])
    expect(medianOfCensored([10, null])!.interval).toBeNull()
  })

  it('is the ordinary one where nothing is censored', () => {
    const values = [10, 12, 11, 14, 13]
    const { median, interval } = summaryOf(values)!
    expect(medianOfCensored(values)).toEqual({ median, interval })
  })
})

describe('a recorded run', () => {
  const { steps, epochs } = fakeRun()
  const validated = steps.map((step) => ({ ...step, validation: { loss: 1, accuracy: 0.5, count: 60, evaluateMs: 7 } })).slice(0, 3)
  const slowest = (count: number) =>
    steps.slice(0, count).reduce((sum, { ranks }) => sum + Math.max(...ranks.map(({ stepMs }) => stepMs)), 0)

  it('gives every validation with the training and validating that it took, warm-up included', () => {
    const checks = targetChecksOf([validated[0]!, steps[1]!, validated[2]!], [])
    expect(checks.map(({ step, validateMs, accuracy, rowCount }) => [step, validateMs, accuracy, rowCount])).toEqual([
      [1, 7, 0.5, 60],
      [3, 14, 0.5, 60],
    ])
    expect(checks[1]!.trainMs).toBeCloseTo(slowest(3), 9)
    expect(checks[1]!.sampleCount).toBe(steps.slice(0, 3).reduce((sum, { exampleCount }) => sum + exampleCount, 0))
  })

  it('that validates its last weights once more counts them once, at the first', () => {
    const again = { ...epochs[0]!, step: 3, validationAccuracy: 0.9, evaluateMs: 100 }
    expect(targetChecksOf(validated, [again]).at(-1)).toMatchObject({ step: 3, accuracy: 0.5, validateMs: 21 })
    expect(targetChecksOf([steps[0]!, steps[1]!, steps[2]!], [again])).toMatchObject([{ step: 3, accuracy: 0.9, validateMs: 100 }])
  })

  it('that ended at its target is measured over the steps that it made after the warm-up, and none is a failure', () => {
    const plan = { ...targetPlan(), warmupSteps: 10, measuredSteps: 40 }
    expect(measurementOf({ steps: steps.slice(0, 25), epochs: [], ranks: [] }, plan)!.stepMs).toHaveLength(15)
    expect(measurementOf({ steps: steps.slice(0, 10), epochs: [], ranks: [] }, plan)).toBeNull()
  })
})

const vary = { factor: 'ranks', values: [1, 2] as number[] } as const
const targetPlan = (change: object = {}) =>
  planOf({
    name: 'x',
    config: runConfigSchema.parse({ worldSize: 2, targetAccuracy: 0.7, validationsPerEpoch: 4, maxSteps: 300, ...change }),
    vary: { ...vary, values: [...vary.values] },
    scaling: 'strong',
    form: 'quick',
  })

describe('a plan with a target', () => {
  it('lets every arm train to it, validating on the way, up to a limit', () => {
    for (const { config } of targetPlan().arms)
      expect(config).toMatchObject({ targetAccuracy: 0.7, validationsPerEpoch: 4, maxSteps: 300, maxRestarts: 0 })
    expect(targetPlan({ maxSteps: undefined }).arms[0]!.config.maxSteps).toBe(500)
  })

  it('is refused where the limit is shorter than what is measured', () => {
    expect(causeOf(() => targetPlan({ maxSteps: 49 }))).toMatch(/49 steps are fewer than the 50/)
  })

  it('has a predicted duration that is the longest it can take', () => {
    const { predictedMs, basis } = predictedDuration(targetPlan(), 2, { samplesPerSec: 1000, from: 'the last run' })
    expect(predictedMs).toBe(3 * 2 * ((310 * 64) / 1000) * 1000 + 3 * 2 * 3500)
    expect(basis).toMatch(/^Less where the target is reached/)
  })

  it('without one validates only at the ends of epochs', () => {
    expect(targetPlan({ targetAccuracy: undefined }).arms[0]!.config).toMatchObject({ maxSteps: 50, validationsPerEpoch: 1 })
  })
})

const allReached = withTimes([
  [20, 21, 22],
  [10, 11, 12],
])
const oneMissed = withTimes([
  [20, 21, 22],
  [10, null, 12],
])
const mostMissed = withTimes([
  [20, 21, 22],
  [null, null, 12],
])

describe('the report of a time to accuracy', () => {
  it('gives the median with its interval, with and without validations, and how many reached it', () => {
    const text = sentencesOf(collectBenchmark(allReached)).join('\n')
    expect(text).toContain(
      '1 rank × 64: validation accuracy of 80.0 % after a median of 21.0 s of training (95 % interval 20.0 s – 22.0 s; with validations 21.5 s), in 3 of 3 repetitions.',
    )
    expect(timesToAccuracy(allReached)[1]!.ratio!.ratio).toBeCloseTo(11 / 21, 9)
    expect(renderBenchmark(allReached, 'markdown').text).toMatch(/\| 0\.52 × \| 0\.\d+ × – 0\.\d+ × \| 1 rank × 64 \| sooner \|/)
  })

  it('counts one that did not reach it as longer than the others, and compares nothing', () => {
    const [, time] = timesToAccuracy(oneMissed)
    expect(time).toMatchObject({ trainMs: { median: 12_000, interval: [10_000, null] }, ratio: null })
    const text = sentencesOf(collectBenchmark(oneMissed)).join('\n')
    expect(text).toMatch(/median of 12\.0 s .*10\.0 s – no end.* in 2 of 3 repetitions, not reached within 400 steps in 1 of 3/)
    expect(renderBenchmark(oneMissed, 'markdown').text).toContain('not compared: not all reached it')
  })

  it('gives no median where most did not reach it', () => {
    const text = sentencesOf(collectBenchmark(mostMissed)).join('\n')
    expect(text).toMatch(/not reached within 400 steps in 2 of 3 repetitions, so that there is no median/)
    expect(renderBenchmark(mostMissed, 'markdown').text).toMatch(/\| 1 of 3 \| none \| 12\.0 s – no end \|/)
  })

  it('names every repetition, in every form', () => {
    const files = renderBenchmarkFolder(oneMissed)
    expect(files.get('report.md')!.match(/\| not reached \|/g)).toHaveLength(1)
    expect(files.get('report.html')).toContain('Time to accuracy</h2>')
    expect(files.get('time-to-accuracy.svg')).toContain('1 of 3 not reached')
    expect(files.get('ddp_2cpu.md')).toContain('2 of 3')
    const [head, ...rows] = files
      .get('repetitions.csv')!
      .trim()
      .split('\r\n')
      .map((line) => line.split(','))
    expect(rows.map((row) => row[head!.indexOf('target_reached')])).toEqual(['yes', 'yes', 'no', 'yes', 'yes', 'yes'])
    expect(benchmarkSchema.parse(JSON.parse(files.get('report.json')!))).toEqual(oneMissed)
    const view = benchmarkView(oneMissed)
    expect(view.charts.target).toContain('<svg')
    expect(view.notMeasured).not.toContain('time to a given accuracy')
  })

  it('leaves no trace where there is no target', () => {
    const files = renderBenchmarkFolder(fakeBenchmark())
    expect(files.has('time-to-accuracy.svg')).toBe(false)
    expect(files.get('report.md')).not.toContain('## Time to accuracy')
    expect(causeOf(() => renderBenchmark(fakeBenchmark(), 'svg-target'))).toMatch(/no target/)
    expect(benchmarkView(fakeBenchmark()).charts.target).toBeNull()
  })

  it('leaves out failed repetitions from the times, not from the list', () => {
    const failed = structuredClone(allReached)
    const error = { code: 'RANK_FAILED', title: 'Rank 1 was killed', cause: 'SIGKILL', suggestion: 'See its log.' } as const
    Object.assign(failed.repetitions[2]!, { state: 'failed', measured: null, error })
    expect(timesToAccuracy(failed).map(({ reached }) => reached.length)).toEqual([3, 2])
    expect(timesToAccuracy(failed)[1]!.trainMs!.interval).toBeNull()
    expect(renderBenchmark(failed, 'markdown').text).toContain('Rank 1 was killed')
  })

  it('of hostile labels is dead', () => {
    for (const text of [hostileText, '</style><img src=x onerror=alert(1)>', '| a |\n|---|']) {
      const evil = structuredClone(oneMissed)
      evil.plan.arms[1]!.label = text.slice(0, 200)
      const files = renderBenchmarkFolder(evil)
      for (const name of ['report.html', 'time-to-accuracy.svg'])
        expect(scanHtml(files.get(name)!).filter((tag) => ['script', 'img', 'iframe', 'a'].includes(tag.name))).toEqual([])
      expect(files.get('report.md')).not.toMatch(/^\| a \|$/m)
    }
  })
})

const padded = (policies: readonly Padding[], losses: readonly number[] = [0.9, 0.9003]): Benchmark => {
  const benchmark = structuredClone(fakeBenchmark())
  benchmark.plan.factor = 'padding'
  benchmark.plan.arms.forEach(({ config }, index) => Object.assign(config, { worldSize: 2, microBatch: 32, padding: policies[index] }))
  for (const { arm, measured } of benchmark.repetitions) measured!.meanLoss = losses[benchmark.plan.arms.findIndex(({ id }) => id === arm)]!
  return benchmark
}

describe('padding policies as arms', () => {
  it('are a plan of their own, one arm for each policy', () => {
    const plan = planOf({
      name: '',
      config: runConfigSchema.parse({}),
      vary: { factor: 'padding', values: ['packed', 'longest', 'maxLength'] },
      scaling: 'strong',
      form: 'quick',
    })
    expect(plan.arms.map(({ config }) => config.padding)).toEqual(['packed', 'longest', 'maxLength'])
    expect(plan.arms.map(({ label }) => label.split(',')[0])).toEqual(['packed', 'padded to longest', 'padded to maximum'])
  })

  it('may be called a speed-up where they are what is compared, and only labelled so', () => {
    const facts = collectBenchmark(padded(['longest', 'packed']))
    expect(facts.gates.filter(({ isOpen }) => !isOpen)).toEqual([])
    expect(ratioWord(facts)).toBe('Speed-up (padding policies differ)')
    expect(facts.gates.find(({ name }) => name === 'length and padding')!.found).toMatch(/labelled so/)
  })

  it('close the gate where something else is what is compared', () => {
    const benchmark = padded(['longest', 'packed'])
    benchmark.plan.factor = 'ranks'
    const facts = collectBenchmark(benchmark)
    expect(facts.gates.find(({ name }) => name === 'length and padding')).toMatchObject({ isOpen: false })
    expect(ratioWord(facts)).toBe('Ratio of throughputs')
    expect(sentencesOf(facts).join(' ')).not.toMatch(/mean losses/)
  })

  it('are told apart from arms that compute something else by their losses', () => {
    const said = (benchmark: Benchmark) => sentencesOf(collectBenchmark(benchmark)).join(' ')
    expect(said(padded(['longest', 'packed']))).toContain('differ by at most 0.0003 between the arms.')
    expect(said(padded(['longest', 'packed'], [0.9, 1.4]))).toContain('differ by at most 0.5000 between the arms.')
    expect(said(padded(['maxLength', 'packed']))).toContain('other masks')
  })
})

describe('the file', () => {
  const older = (version: number): object => {
    const file = JSON.parse(JSON.stringify(fakeBenchmark())) as Benchmark & { version: number }
    for (const { config } of file.plan.arms) delete (config as Partial<typeof config>).padding
    for (const { measured } of file.repetitions) {
      delete (measured as Partial<NonNullable<typeof measured>>).targetChecks
      delete (measured as Partial<NonNullable<typeof measured>>).meanLoss
    }
    return { ...file, version }
  }

  it('of the version before opens, and says what its padded tokens were', () => {
    const benchmark = benchmarkSchema.parse(older(1))
    expect(benchmark.plan.arms[0]!.config.padding).toBe('packed')
    expect(sentencesOf(collectBenchmark(benchmark)).join(' ')).toContain('An older file')
    expect(sentencesOf(collectBenchmark(fakeBenchmark())).join(' ')).not.toContain('An older file')
  })

  it('of a version to come is refused by name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'distrinews-'))
    await writeFile(join(folder, 'benchmark.json'), JSON.stringify(older(3)))
    await expect(readBenchmark(folder)).rejects.toMatchObject({
      info: { code: 'BENCHMARK_NOT_FOUND', cause: expect.stringMatching(/version 3.*newer/) as unknown },
    })
    await rm(folder, { recursive: true })
  })
})
