/** What a benchmark may claim: its plan, its statistics, its gates, each of which is seen to close, and its renderings of hostile texts. */
import { describe, expect, it } from 'vitest'
import { measurementOf } from '../../electron/benchmark/measure.ts'
import { planOf, scheduleOf } from '../../electron/benchmark/plan.ts'
import { collectBenchmark, sentencesOf } from '../../electron/report/benchmark/facts.ts'
import { renderBenchmark, renderBenchmarkFolder } from '../../electron/report/benchmark/index.ts'
import { trainingFlops } from '../../shared/benchmark/flops.ts'
import { type Benchmark, benchmarkSchema } from '../../shared/domain/benchmark.ts'
import { runConfigSchema } from '../../shared/domain/run-config.ts'
import { ratioOfMedians, summaryOf } from '../../shared/domain/statistics.ts'
import { fakeBenchmark, withFakeInference } from '../helpers/fake-benchmark.ts'
import { fakeRun } from '../helpers/fake-run.ts'
import { hostileText } from '../helpers/hostile-run.ts'
import { scanHtml } from '../helpers/scan-html.ts'

const config = runConfigSchema.parse({ worldSize: 4, microBatch: 16 })
const asked = { name: 'x', config, vary: { factor: 'ranks', values: [1, 2, 4] as number[] }, scaling: 'strong', form: 'full' } as const

describe('a plan', () => {
  it('shares the rows of a step among the ranks, or gives every rank as many', () => {
    expect(planOf(asked).arms.map(({ config: of }) => [of.worldSize, of.microBatch])).toEqual([
      [1, 64],
      [2, 32],
      [4, 16],
    ])
    expect(planOf({ ...asked, scaling: 'weak' }).arms.map(({ config: of }) => of.microBatch)).toEqual([16, 16, 16])
  })

  it('makes 220 steps five times, interleaved, with a seed for each repetition that all arms share', () => {
    const plan = planOf(asked)
    expect(plan.arms.every(({ config: of }) => of.maxSteps === 220 && of.maxRestarts === 0)).toBe(true)
    const schedule = scheduleOf(plan)
    expect(schedule.map(({ arm }) => arm.at(-1)).join('')).toBe('124421124421124')
    expect(new Set(schedule.map(({ repetition, seed }) => `${repetition} ${seed}`)).size).toBe(5)
    expect(new Set(schedule.map(({ seed }) => seed)).size).toBe(5)
  })

  it.each([[[]], [[1, 1]], [[0, 1]], [[1, 17]], [[1, 3]], [[1, 1.5]]])('is refused for ranks %j', (ranks) => {
    expect(() => planOf({ ...asked, vary: { factor: 'ranks', values: ranks } })).toThrow(
      expect.objectContaining({ info: expect.objectContaining({ code: 'CONFIG_INVALID' }) as unknown }),
    )
  })
})

describe('a measurement', () => {
  const { steps, epochs, ranks } = fakeRun()
  const plan = { ...planOf(asked), warmupSteps: 10, measuredSteps: 40 }

  it('leaves the warm-up out and has phases that add up to a step', () => {
    const measured = measurementOf({ steps, epochs, ranks }, plan)!
    const window = steps.slice(10, 50)
    expect(measured.stepMs).toEqual(window.map((step) => Math.max(...step.ranks.map(({ stepMs }) => stepMs))))
    expect(measured.warmupMs).toHaveLength(10)
    expect(measured.sampleCount).toBe(window.reduce((sum, { exampleCount }) => sum + exampleCount, 0))
    const { dataMs, forwardBackwardMs, allReduceMs, optimizerMs, idleMs } = measured.phases
    const mean = measured.stepMs.reduce((sum, ms) => sum + ms, 0) / 40
    expect(dataMs + forwardBackwardMs + allReduceMs + optimizerMs + idleMs).toBeCloseTo(mean, 6)
  })

  it('keeps the most memory of each rank, and says in old files that it is that of the end', () => {
    expect(measurementOf({ steps, epochs, ranks }, plan)!.peakRssBytes).toEqual(ranks.map(({ peakRssBytes }) => peakRssBytes))
    expect(renderBenchmark(fakeBenchmark(), 'markdown').text).toMatch(/2 ranks × 32 \| 305 MiB, 306 MiB \|/)
    const early = change(fakeBenchmark(), ({ repetitions }) => repetitions.forEach((of) => void (of.measured!.peakRssBytes = null)))
    expect(renderBenchmark(early, 'markdown').text).toMatch(/2 ranks × 32 \| 286 MiB at the end \|/)
  })

  it('tells the forward pass from the backward one where it was timed: by the ranks’ shares, or by every step', () => {
    expect(measurementOf({ steps, epochs, ranks }, plan)!.forwardMs).toBeNull()
    const timed = ranks.map((status, rank) => ({ ...status, forwardShare: rank === 0 ? 0.2 : 0.4 }))
    const measured = measurementOf({ steps, epochs, ranks: timed }, plan)!
    expect(measured.forwardMs! / measured.phases.forwardBackwardMs).toBeCloseTo(0.3, 9)
    const told = steps.map((step) => ({ ...step, ranks: step.ranks.map((rank) => ({ ...rank, forwardMs: rank.rank + 1 })) }))
    expect(measurementOf({ steps: told, epochs, ranks }, plan)!.forwardMs).toBeCloseTo((ranks.length + 1) / 2, 9)
    const partly = [...told.slice(0, 20), ...steps.slice(20)]
    expect(measurementOf({ steps: partly, epochs, ranks }, plan)!.forwardMs).toBeNull()
  })

  it('is none where a step is missing', () => {
    expect(measurementOf({ steps: steps.slice(0, 49), epochs, ranks }, plan)).toBeNull()
  })
})

describe('statistics', () => {
  it('give the median, quartiles, and an interval that holds it, the same every time', () => {
    const summary = summaryOf([10, 12, 11, 14, 13])!
    expect(summary).toMatchObject({ n: 5, median: 12, q1: 11, q3: 13, min: 10, max: 14 })
    expect(summary.interval![0]).toBeLessThan(12)
    expect(summary.interval![1]).toBeGreaterThan(12)
    expect(summaryOf([10, 12, 11, 14, 13])).toEqual(summary)
  })

  it('claim no interval of two values, and none of nothing', () => {
    expect(summaryOf([1, 2])!.interval).toBeNull()
    expect(summaryOf([])).toBeNull()
    expect(ratioOfMedians([1, 2, 3], [1, 2])!.interval).toBeNull()
  })

  it('cover the true ratio in about 19 of 20 experiments', () => {
    let state = 7
    const noise = () => ((state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32 - 0.5) * 0.2
    const covered = Array.from({ length: 60 }, () => {
      const rates = (of: number) => Array.from({ length: 9 }, () => of * (1 + noise()))
      const { interval } = ratioOfMedians(rates(180), rates(100))!
      return interval![0] <= 1.8 && 1.8 <= interval![1]
    }).filter(Boolean).length
    expect(covered).toBeGreaterThanOrEqual(51)
  })
})

describe('operations of a model', () => {
  it('are six for each weight and token of a whole block, and few for the last one', () => {
    const model = { ...fakeRun().record.modelConfig!, dim: 64, hiddenDim: 256, nHeads: 4, nLayers: 3 }
    const perBlock = 4 * 64 * 64 + 2 * 64 * 256
    const more = trainingFlops({ ...model, nLayers: 4 }, 10, 200) - trainingFlops(model, 10, 200)
    expect(more).toBe(6 * 200 * (perBlock + 2 * 64 * 20))
  })
})

const gate = (benchmark: Benchmark, name: string) => collectBenchmark(benchmark).gates.find((of) => of.name === name)!
const change = (benchmark: Benchmark, edit: (benchmark: Benchmark) => void): Benchmark => {
  const copy = structuredClone(benchmark)
  edit(copy)
  return copy
}

describe('the word speed-up', () => {
  const good = fakeBenchmark()

  it('stands where every gate is open, with its interval and the absolute figures', () => {
    const facts = collectBenchmark(good)
    expect(facts.gates.filter(({ isOpen }) => !isOpen)).toEqual([])
    expect(sentencesOf(facts)[0]).toMatch(
      /speed-up 1\.8\d × \(95 % interval 1\.\d+ × – 1\.\d+ ×\), [\d,]+ samples\/s against [\d,]+; efficiency 9\d\.\d %/,
    )
  })

  it.each<[string, (benchmark: Benchmark) => void]>([
    [
      'repetitions',
      ({ repetitions }) =>
        repetitions.filter(({ arm }) => arm === 'ranks-2').forEach((of) => Object.assign(of, { state: 'failed', measured: null })),
    ],
    ['global batch', ({ plan }) => void (plan.arms[1]!.config.microBatch = 64)],
    ['seeds', ({ repetitions }) => void (repetitions[0]!.seed = 7)],
    ['first weights', ({ repetitions }) => void (repetitions[0]!.firstWeightsDigest = 'ab'.repeat(32))],
    ['length and padding', ({ plan }) => void (plan.arms[1]!.config.maxLength = 64)],
    ['quiet machine', ({ repetitions }) => void (repetitions[2]!.conditions!.busyShare = 0.4)],
    ['quiet machine', ({ repetitions }) => void (repetitions[2]!.conditions!.calibrationMs = [10, 13])],
    ['quiet machine', ({ repetitions }) => repetitions.forEach((of) => void (of.conditions = null))],
    ['possible speed', (benchmark) => void (benchmark.peakFlops = 1e6)],
    ['provenance', ({ repetitions }) => void (repetitions[0]!.measured!.provenance = 'simulated')],
  ])('is refused by the gate "%s"', (name, edit) => {
    const benchmark = change(good, edit)
    expect(gate(benchmark, name).isOpen).toBe(false)
    for (const format of ['html', 'markdown'] as const) {
      const { text } = renderBenchmark(benchmark, format)
      expect(text).toContain('Ratio of throughputs')
      expect(text.replace(/may the ratio be called a speed-up|Not a speed-up that may be claimed/g, '')).not.toMatch(/speed-up/i)
    }
  })

  it('is not said of arms that do not differ', () => {
    expect(sentencesOf(collectBenchmark(fakeBenchmark({ stepMs: [40, 40.1], spread: 0.05 })))[0]).toMatch(/no detectable difference/)
  })

  it('is not said of one arm alone: its throughput is', () => {
    expect(sentencesOf(collectBenchmark(fakeBenchmark({ stepMs: [40] })))[0]).toMatch(
      /^1 rank × 32: [\d,]+ samples\/s \(95 % interval .*nothing to compare/,
    )
  })

  it('of weak scaling is labelled so', () => {
    const text = renderBenchmark(fakeBenchmark({ scaling: 'weak', stepMs: [40, 44] }), 'markdown').text
    expect(text).toContain('Speed-up (weak scaling)')
  })

  it('never comes without what CPU ranks teach', () => {
    expect(renderBenchmark(good, 'markdown').text).toMatch(
      /CPU ranks share the \d+ logical CPU cores .* teaches mechanics, not GPU performance/,
    )
  })
})

describe('renderings', () => {
  const benchmark = fakeBenchmark()

  it('as JSON give the very same benchmark back', () => {
    expect(benchmarkSchema.parse(JSON.parse(renderBenchmark(benchmark, 'json').text))).toEqual(benchmark)
  })

  it('are refused of a file whose repetitions are of no arm', () => {
    const strange = change(benchmark, ({ repetitions }) => void (repetitions[0]!.arm = 'another'))
    expect(benchmarkSchema.safeParse(strange).error?.message).toContain('an arm that the plan does not have')
  })

  it('draw forward and backward apart where every arm tells them, as one bar where not, and say how they were told', () => {
    const looks = (of: Benchmark): string[] =>
      [...renderBenchmark(of, 'svg-waterfall').text.matchAll(/class="phase (forward\w*|backward\w*)"/g)].map(([, look]) => look!)
    expect(looks(benchmark)).toEqual(['forwardMs', 'backwardMs', 'forwardMs', 'backwardMs'])
    const early = change(benchmark, ({ repetitions }) => void (repetitions[0]!.measured!.forwardMs = null))
    expect(looks(early)).toEqual(['forwardBackwardMs', 'forwardBackwardMs'])
    for (const format of ['html', 'markdown'] as const)
      expect(renderBenchmark(benchmark, format).text).toMatch(/timed by itself: on a few batches after the last step/)
  })

  it('name the weights of every repetition by their digests and the threads of its ranks, and say where they were not recorded', () => {
    expect(renderBenchmark(benchmark, 'markdown').text).toMatch(/\| 1 rank × 64 \| 42 \| 002a002a002a002a… \| d2d2d2d2d2d2d2d2… \|/)
    expect(renderBenchmark(benchmark, 'markdown').text).toMatch(/\| threadsPerRank \| 2 \| 1 \|/)
    const early = change(benchmark, ({ repetitions }) => repetitions.forEach((of) => void (of.firstWeightsDigest = null)))
    expect(gate(early, 'first weights')).toMatchObject({ isOpen: true, found: expect.stringContaining('not recorded') as unknown })
  })

  it('make a folder with every form and a file for each arm', () => {
    expect([...renderBenchmarkFolder(benchmark).keys()]).toEqual([
      'report.html', 'report.md', 'report.json', 'repetitions.csv', 'throughput.svg', 'waterfall.svg', 'single_cpu.md', 'ddp_2cpu.md',
    ]) // prettier-ignore
  })

  const gpu = { pciAddress: null, cudaIndex: 0, through: [], usable: true }

  /** 20 ways to be more than a text, each in ten forms. */
  const kinds = [
    hostileText, '=HYPERLINK("http://evil.example","x")', "+1+cmd|' /C calc'!A", '-2+3', '@SUM(1+1)*', '\t=1+1', '\r=1',
    '</script><script>alert(1)</script>', '"><svg onload=alert(1)>', '</style><img src=x>', '| a | b |\n|---|---|', '[x](javascript:alert(1))',
    '`````', '\u202Egnp.exe', '\u0000\u0007', ']]>', '<!--', '${7*7}', '{{constructor}}', '&lt;b&gt;',
  ] // prettier-ignore
  const hostile = Array.from({ length: 10 * kinds.length }, (_, index) => `${kinds[index % kinds.length]!}${index}`)

  it('of 200 hostile texts, each kind in each place, are dead in HTML, Markdown, CSV, JSON and SVG', () => {
    const used = new Set<string>()
    for (const first of kinds.keys()) {
      /** Another kind for each place of one benchmark, another of each kind's forms from place to place. */
      const textFor = (place: number): string => {
        const text = hostile[((first + place) % kinds.length) + kinds.length * (place % 10)]!
        used.add(text)
        return text
      }
      const evil = change(withFakeInference(benchmark), (of) => {
        of.plan.name = textFor(0).slice(0, 120)
        of.plan.arms[0]!.label = textFor(1).slice(0, 200)
        of.command = textFor(2)
        of.commit = textFor(3)
        of.hardware.cpuModel = textFor(4)
        of.hardware.versions = { [textFor(5)]: textFor(6) }
        of.data!.dataset.title = textFor(7)
        of.repetitions[1]!.conditions!.energyMissing = textFor(8)
        of.inference!.measured!.arm = textFor(9).slice(0, 64)
        of.plan.arms[1]!.imported = {
          hardware: { ...of.hardware, os: textFor(14), gpus: [{ ...gpu, name: textFor(15), driver: textFor(16), note: textFor(17) }] },
          command: textFor(18),
        }
        of.repetitions[2]!.firstWeightsDigest = textFor(19)
        for (const each of of.repetitions) if (each.arm === 'ranks-1') each.arm = textFor(9).slice(0, 64)
        of.plan.arms[0]!.id = textFor(9).slice(0, 64)
        of.inference!.measured!.checkpoint = textFor(10)
        of.repetitions[0] = {
          ...of.repetitions[0]!,
          state: 'failed',
          measured: null,
          error: { code: 'RANK_FAILED', title: textFor(11), cause: textFor(12), suggestion: textFor(13) },
        }
      })
      const files = renderBenchmarkFolder(evil)
      for (const name of ['report.html', 'throughput.svg', 'waterfall.svg', 'inference.svg']) {
        const tags = scanHtml(files.get(name)!)
        expect(tags.filter((tag) => ['script', 'img', 'iframe', 'object', 'a', 'b'].includes(tag.name))).toEqual([])
        expect(tags.flatMap(({ attributes }) => Object.keys(attributes)).filter((attribute) => /^on|href|src/i.test(attribute))).toEqual([])
      }
      for (const [name, content] of files) if (name !== 'report.json') expect(content, name).not.toMatch(/\u202e|\u0000/i)
      expect(files.get('report.md')!.replace(/^(`{3,})[^]*?^\1$/gm, '')).not.toMatch(/^\| a \| b \|$/m)
      for (const name of ['repetitions.csv', 'inference.csv'])
        for (const line of files.get(name)!.split('\r\n')) expect(line, name).not.toMatch(/(^|,)"?[=+@\t]/)
      expect(benchmarkSchema.parse(JSON.parse(files.get('report.json')!))).toEqual(evil)
    }
    expect(used.size).toBe(200)
  })
})
