/** Other arms than numbers of ranks: what may vary, what the gates say of it, imported runs, all-reduce, the predicted duration, and paper. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { withImportedArm } from '../../electron/benchmark/imported-arm.ts'
import { newBenchmark } from '../../electron/benchmark/new-benchmark.ts'
import { planOf } from '../../electron/benchmark/plan.ts'
import { installedChromium, printReportFolder } from '../../electron/benchmark/report-pdf.ts'
import { writeReportFolder } from '../../electron/benchmark/report-folder.ts'
import { collectBenchmark, sentencesOf } from '../../electron/report/benchmark/facts.ts'
import { renderBenchmark, renderBenchmarkFolder } from '../../electron/report/benchmark/index.ts'
import { renderArmMarkdown } from '../../electron/report/benchmark/markdown.ts'
import { benchmarkView } from '../../electron/report/benchmark/view.ts'
import { predictedDuration } from '../../shared/benchmark/predicted-duration.ts'
import { LabError } from '../../shared/contract/errors.ts'
import { type Benchmark, benchmarkSchema, type Vary } from '../../shared/domain/benchmark.ts'
import { fitAlphaBeta } from '../../shared/domain/cost-model.ts'
import { runConfigSchema } from '../../shared/domain/run-config.ts'
import { fakeBenchmark } from '../helpers/fake-benchmark.ts'
import { fakeRun } from '../helpers/fake-run.ts'

const config = runConfigSchema.parse({ worldSize: 2, microBatch: 16 })
const planFor = (vary: Vary) => planOf({ name: '', config, vary, scaling: 'strong', form: 'quick' })
const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof LabError) return error.info.code
    throw error
  }
  return 'none'
}

describe('one thing varies', () => {
  it.each<[Vary, unknown[]]>([
    [{ factor: 'microBatch', values: [16, 32] }, [{ microBatch: 16, worldSize: 2 }, { microBatch: 32 }]],
    [{ factor: 'bucketCapBytes', values: [2 ** 20, 1500] }, [{ bucketCapBytes: 2 ** 20 }, { bucketCapBytes: 1500 }]],
    [{ factor: 'device', values: ['cpu', 'webgpu'] }, [{ device: 'cpu' }, { device: 'webgpu' }]],
  ])('%j', (vary, expected) => {
    const plan = planFor(vary)
    expect(plan.factor).toBe(vary.factor)
    plan.arms.forEach((arm, index) => expect(arm.config).toMatchObject({ ...(expected[index] as object), maxSteps: 50, maxRestarts: 0 }))
    expect(new Set(plan.arms.map(({ label }) => label)).size).toBe(2)
    expect(new Set(renderBenchmarkFolder(newBenchmarkOf(plan)).keys()).size).toBe(8)
  })

  it.each<Vary>([
    { factor: 'microBatch', values: [] },
    { factor: 'microBatch', values: [16, 16] },
    { factor: 'microBatch', values: [0, 16] },
    { factor: 'bucketCapBytes', values: [512, 2048] },
    { factor: 'device', values: ['cpu', 'cpu'] },
  ])('is refused: %j', (vary) => {
    expect(codeOf(() => planFor(vary))).toBe('CONFIG_INVALID')
  })

  it('and weak scaling is refused where ranks do not vary', () => {
    const vary: Vary = { factor: 'microBatch', values: [16, 32] }
    expect(codeOf(() => planOf({ name: '', config, vary, scaling: 'weak', form: 'quick' }))).toBe('CONFIG_INVALID')
  })

  it('of micro-batches is no speed-up: the arms make different updates', () => {
    const benchmark = structuredClone(fakeBenchmark())
    benchmark.plan.factor = 'microBatch'
    benchmark.plan.arms.forEach(({ config: of }, index) => Object.assign(of, { worldSize: 2, microBatch: 16 * (index + 1) }))
    // What a plan never has, a file may: the word weak opens nothing here.
    for (const scaling of ['strong', 'weak'] as const) {
      benchmark.plan.scaling = scaling
      const facts = collectBenchmark(benchmark)
      expect(facts.maySaySpeedUp).toBe(false)
      expect(facts.gates.find(({ name }) => name === 'global batch')).toMatchObject({ isOpen: false })
    }
  })

  it('of a device leaves the CPU’s peak out of it', () => {
    const benchmark = structuredClone(fakeBenchmark())
    for (const { config: of } of benchmark.plan.arms) of.device = 'webgpu'
    expect(collectBenchmark(benchmark).results.map(({ flopsUtilisation }) => flopsUtilisation)).toEqual([null, null])
  })

  it('and a file of before, which does not say what, varied ranks', () => {
    const older = JSON.parse(JSON.stringify(fakeBenchmark())) as { plan: Partial<Benchmark['plan']>; allReduce?: null }
    delete older.plan.factor
    delete older.allReduce
    expect(benchmarkSchema.parse(older)).toMatchObject({ plan: { factor: 'ranks' }, allReduce: null })
  })
})

const newBenchmarkOf = (plan: Benchmark['plan']): Benchmark =>
  newBenchmark({ id: 'x', plan, hardware: fakeRun().record.hardware, command: 'x', commit: null })

describe('an imported run', () => {
  const imported = { program: 'train_ddp.py', torch: '2.4.0', backend: 'nccl', worldSize: 2, nodes: 1 }
  const benchmark = fakeBenchmark()
  const { parameterCount } = benchmark.data!
  const runOf = (completedSteps: number) => fakeRun({ completedSteps, record: { imported, parameterCount } })

  it('is cut into the plan’s windows, marked as imported, and validated once', () => {
    const run = runOf(130)
    const { plan, repetitions } = withImportedArm(benchmark, run)
    const arm = plan.arms.at(-1)!
    expect(arm.label).toContain('imported: PyTorch 2.4.0, nccl')
    const own = repetitions.filter((of) => of.arm === arm.id)
    expect(own).toHaveLength(3)
    own.forEach(({ measured, conditions, seed }, index) => {
      const steps = run.steps.slice(10 + 40 * index, 50 + 40 * index)
      expect(measured).toMatchObject({
        provenance: 'imported',
        sampleCount: steps.reduce((sum, { exampleCount }) => sum + exampleCount, 0),
      })
      expect(measured!.stepMs).toEqual(steps.map(({ ranks }) => Math.max(...ranks.map(({ stepMs }) => stepMs))))
      expect([conditions, seed]).toEqual([null, run.record.config.seed])
    })
    expect(own.filter(({ measured }) => measured!.validation !== null).length).toBeLessThanOrEqual(1)
  })

  it('closes the gates that it cannot pass, and every rendering says imported', () => {
    const withIt = withImportedArm(benchmark, runOf(130))
    const facts = collectBenchmark(withIt)
    expect(facts.maySaySpeedUp).toBe(false)
    expect(facts.gates.filter(({ isOpen }) => !isOpen).map(({ name }) => name)).toEqual(expect.arrayContaining(['seeds', 'quiet machine']))
    expect(facts.results.at(-1)!.flopsUtilisation).toBeNull()
    expect(sentencesOf(facts).join(' ')).toMatch(/imported: PyTorch.*not measured by this lab/)
    expect(renderBenchmark(withIt, 'csv').text).toMatch(/,done,imported,/)
    expect(renderBenchmark(withIt, 'html').text).toContain('measured or imported')
    expect(renderBenchmark(withIt, 'markdown').text).toMatch(/\| imported \|/)
    expect(benchmarkView(withIt).maySaySpeedUp).toBe(false)
  })

  it('is shown with the machine that it ran on, and the command that repeats it', () => {
    const run = runOf(130)
    const t4 = { name: 'Tesla T4', pciAddress: null, cudaIndex: 0, driver: 'NVIDIA 550.54.15', through: [], usable: true, note: '' }
    Object.assign(run.record, { hardware: { ...run.record.hardware, cpuModel: 'Another CPU', gpus: [t4] }, command: './run_ddp.sh 2' })
    const withIt = withImportedArm(benchmark, run)
    const arm = withIt.plan.arms.at(-1)!
    const whole = renderBenchmark(withIt, 'markdown').text
    expect(whole).toMatch(/### Of the arms that this lab measured[^]*### Of 2 ranks[^]*Another CPU[^]*Tesla T4, driver NVIDIA 550\.54\.15/)
    const alone = renderArmMarkdown(collectBenchmark(withIt), arm.id)
    expect(alone).toContain('Another CPU')
    expect(alone).not.toContain(benchmark.hardware.cpuModel)
    expect(alone).toContain('./run_ddp.sh 2')
    expect(alone).not.toContain(benchmark.command)
  })

  it.each([
    ['of too few steps', runOf(129), 'BENCHMARK_TOO_SHORT'],
    ['that the lab made itself', fakeRun({ completedSteps: 130, record: { imported: null, parameterCount } }), 'IMPORT_INVALID'],
    ['of another model', fakeRun({ completedSteps: 130, record: { imported, parameterCount: 7 } }), 'IMPORT_INVALID'],
  ])('%s is refused', (_what, run, code) => {
    expect(codeOf(() => withImportedArm(benchmark, run))).toBe(code)
  })

  it('is added once', () => {
    expect(codeOf(() => withImportedArm(withImportedArm(benchmark, runOf(130)), runOf(130)))).toBe('IMPORT_INVALID')
  })
})

describe('an all-reduce sweep', () => {
  const samples = [1e4, 1e6, 1e8].map((bytes) => ({ bytes, ms: 0.2 + bytes * 1e-6 }))
  const benchmark: Benchmark = { ...fakeBenchmark(), allReduce: { worldSize: 4, samples, fit: fitAlphaBeta(samples)! } }

  it('is shown with its fit, residual, algorithm and bus bandwidth', () => {
    const { text } = renderBenchmark(benchmark, 'markdown')
    expect(text).toMatch(/among 4 ranks costs α = 0\.200 ms and β = 1\.05 ms for each MiB/)
    // 1e8 bytes in 100.2 ms; two thirds more than half of it again crosses each link of four.
    expect(text).toMatch(/\| 95\.4 MiB \| 100 ms \| 100 ms \| -?0\.0 % \| 952 MiB\/s \| 1\.39 GiB\/s \|/)
    expect(renderBenchmark(benchmark, 'html').text).toContain('All-reduce</h2>')
  })

  it('that was not made leaves no trace', () => {
    expect(renderBenchmark(fakeBenchmark(), 'markdown').text).not.toContain('busbw')
    expect(benchmarkView(fakeBenchmark()).tables.map(({ title }) => title)).not.toContain('All-reduce')
  })
})

describe('the predicted duration', () => {
  const plan = planFor({ factor: 'ranks', values: [1, 2] })

  it('follows from what was measured, and names it', () => {
    const { predictedMs, basis } = predictedDuration(plan, 2, { samplesPerSec: 1000, from: 'the last run' })
    // 50 steps of 32 rows at 1,000 a second, what ten more take to time the forward pass, and the start, for two arms, three times.
    expect(predictedMs).toBe(3 * 2 * (1600 + 320 + 3500))
    expect(basis).toContain('the last run: 1000 samples/s')
  })

  it('is called a guess where nothing was', () => {
    const few = predictedDuration(plan, 2, null)
    expect(few.basis).toContain('guess')
    expect(predictedDuration(plan, 8, null).predictedMs).toBeLessThan(few.predictedMs)
  })
})

describe('paper', () => {
  it('is not there without a Chromium, and a line says so', async () => {
    expect(installedChromium({ DISTRINEWS_CHROMIUM: '/no/such/chromium' })).toBeNull()
    const folder = await mkdtemp(join(tmpdir(), 'distrinews-'))
    expect(await printReportFolder(folder, null)).toMatch(/^no report\.pdf: no Chromium was found/)
    expect(await readdir(folder)).toEqual([])
    await rm(folder, { recursive: true })
  })

  it('that a program failed to print leaves nothing behind, and a line says so', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'distrinews-'))
    await writeFile(join(folder, 'report.html'), '')
    expect(await printReportFolder(folder, process.execPath)).toMatch(/^no report\.pdf: .* could not print it/)
    expect(await readdir(folder)).toEqual(['report.html'])
    await rm(folder, { recursive: true })
  })

  const chromium = installedChromium()
  it.skipIf(chromium === null)(`is printed by a Chromium${chromium === null ? ' (none is installed)' : ''}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'distrinews-'))
    await writeReportFolder(folder, fakeBenchmark())
    expect(await printReportFolder(folder, chromium)).toBe(`printed ${join(folder, 'report.pdf')}`)
    const pdf = await readFile(join(folder, 'report.pdf'), 'latin1')
    expect(pdf.startsWith('%PDF-')).toBe(true)
    expect(pdf.length).toBeGreaterThan(20_000)
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([])
    await rm(folder, { recursive: true })
  })
})
