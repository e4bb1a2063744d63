/** Benchmarks and the hand-off over both transports: the same calls, the same answers, on real ranks where something is measured. */
import { access, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeBenchmark } from '../../electron/benchmark/files.ts'
import { newBenchmark } from '../../electron/benchmark/new-benchmark.ts'
import { planOf } from '../../electron/benchmark/plan.ts'
import { holdBenchmark } from '../../electron/lab/hold-benchmark.ts'
import { benchmarkFormatSchema, type Benchmark } from '../../shared/domain/benchmark.ts'
import { runConfigSchema } from '../../shared/domain/run-config.ts'
import { labErrorOf, reachLab, transports, type ReachedLab } from '../helpers/contract-clients.ts'
import { fakeBenchmark, withFakeInference } from '../helpers/fake-benchmark.ts'
import { fakeRun } from '../helpers/fake-run.ts'
import { smallNewsCsv } from '../helpers/small-news.ts'

describe.each(transports)('benchmarks over %s', (transport) => {
  let reached: ReachedLab
  let csv: string
  const finished = withFakeInference(fakeBenchmark())
  const unfinishedId = '20260315-092653-benchmark-cd34'

  const keep = async (benchmark: Benchmark): Promise<void> => {
    const directory = join(reached.labDirectory, 'benchmarks', benchmark.id)
    await mkdir(directory, { recursive: true })
    await writeBenchmark(directory, benchmark)
  }
  const config = () =>
    runConfigSchema.parse({
      data: { kind: 'csv', path: csv },
      worldSize: 2,
      threadsPerRank: 1,
      microBatch: 8,
      maxLength: 32,
      validationFraction: 0.2,
    })
  const asked = () => ({
    config: config(),
    vary: { factor: 'ranks' as const, values: [1, 2] },
    scaling: 'strong' as const,
    form: 'quick' as const,
  })

  beforeAll(async () => {
    reached = await reachLab(transport)
    csv = join(reached.labDirectory, 'news.csv')
    await writeFile(csv, smallNewsCsv(200))
    await keep(finished)
    // As a lab that was killed leaves it.
    const plan = { ...planOf({ name: 'Left off', ...asked() }), repetitions: 1, warmupSteps: 1, measuredSteps: 4 }
    for (const arm of plan.arms) arm.config.maxSteps = 5
    await keep(newBenchmark({ id: unfinishedId, plan, hardware: fakeRun().record.hardware, command: 'test', commit: null }))
  })
  afterAll(() => reached.close())

  it('are listed newest first; what has repetitions to go is paused', async () => {
    const list = await reached.client.benchmarks.list()
    expect(list.map(({ id, state, done, failed, total }) => [id, state, done, failed, total])).toEqual([
      [unfinishedId, 'paused', 0, 0, 2],
      [finished.id, 'done', 6, 0, 6],
    ])
    expect(list.map(({ result }) => result)).toEqual([null, expect.stringMatching(/^2 ranks × 32: speed-up 1\.8/)])
  })

  it('are planned without being started, with a predicted duration and what it rests on', async () => {
    const { plan, predictedMs, basis } = await reached.client.benchmarks.plan(asked())
    expect(plan.arms.map(({ label }) => label)).toEqual(['1 rank × 16', '2 ranks × 8'])
    expect(predictedMs).toBeGreaterThan(6 * 3500)
    expect(basis).toContain('guess')
    const again = await reached.client.benchmarks.plan({ ...asked(), config: finished.plan.arms[0]!.config })
    expect(again.basis).toContain(`the last benchmark of this model and data, ${finished.id}: 1`)
    const none = reached.client.benchmarks.plan({ ...asked(), vary: { factor: 'ranks', values: [1, 1] } })
    expect(await labErrorOf(none)).toMatchObject({ code: 'CONFIG_INVALID', cause: expect.stringContaining('twice') })
    expect(await reached.client.benchmarks.list()).toHaveLength(2)
  })

  it('are shown with sentences, gates, tables and charts, and exported in every form', async () => {
    const view = await reached.client.benchmarks.get({ id: finished.id })
    expect(view).toMatchObject({ maySaySpeedUp: true, error: null, failures: [], plan: { form: 'quick', repetitions: 3 } })
    expect(view.gates.every(({ isOpen, found }) => isOpen && found.length > 10)).toBe(true)
    expect(view.tables.map(({ title }) => title)).toContain('Every repetition')
    expect(view.charts.throughput.trim()).toMatch(/^<svg/)
    for (const format of benchmarkFormatSchema.exclude(['svg-target']).options) {
      const { text, fileName } = await reached.client.benchmarks.export({ id: finished.id, format })
      expect(text.length, format).toBeGreaterThan(500)
      expect(fileName).toMatch(/^distrinews-[\w-]+\.\w+$/)
    }
    // It has no target to draw the time to.
    expect((await labErrorOf(reached.client.benchmarks.export({ id: finished.id, format: 'svg-target' }))).code).toBe('BENCHMARK_NOT_FOUND')
    const { pdf, html, fileName } = await reached.client.reports.print({ of: 'benchmark', id: finished.id })
    expect([pdf, fileName]).toEqual([null, expect.stringMatching(/report\.pdf$/)])
    expect(html).toContain('benchmark report</title>')
  })

  it.each(['../../etc', '20260101-000000-benchmark-0000', 'none'])('are not found as %j', async (id) => {
    const { benchmarks, reports } = reached.client
    for (const call of ['get', 'pause', 'resume', 'remove', 'watch'] as const)
      expect((await labErrorOf(benchmarks[call]({ id }))).code).toBe('BENCHMARK_NOT_FOUND')
    expect((await labErrorOf(benchmarks.export({ id, format: 'csv' }))).code).toBe('BENCHMARK_NOT_FOUND')
    expect((await labErrorOf(reports.print({ of: 'benchmark', id }))).code).toBe('BENCHMARK_NOT_FOUND')
  })

  it('that another program goes on with are neither gone on with nor removed', async () => {
    // As the command line holds it: by a lock that names its living process.
    const letGo = await holdBenchmark(join(reached.labDirectory, 'benchmarks', unfinishedId))
    for (const call of ['resume', 'remove'] as const) {
      const error = await labErrorOf(reached.client.benchmarks[call]({ id: unfinishedId }))
      expect(error).toMatchObject({ code: 'RUN_ALREADY_ACTIVE', title: 'The benchmark is going on in another program' })
    }
    letGo()
  })

  it('that were left off go on to the end, and are watched', async () => {
    const { client } = reached
    await client.benchmarks.resume({ id: unfinishedId })
    const seen = []
    for await (const progress of await client.benchmarks.watch({ id: unfinishedId })) seen.push(progress)
    expect(seen[0]).toMatchObject({ done: 0, total: 2, totalSteps: 5 })
    expect(seen.some(({ activity }) => activity.startsWith('repetition 1 of 1, 2 ranks × 8: '))).toBe(true)
    expect(seen.at(-1)!.activity).toBe('measuring all-reduces among 2 ranks')
    const view = await client.benchmarks.get({ id: unfinishedId })
    expect(view).toMatchObject({ state: 'done', done: 2, failed: 0, error: null, maySaySpeedUp: false })
    expect(view.gates.find(({ name }) => name === 'repetitions')).toMatchObject({ isOpen: false })
    expect(view.sentences.at(-1)).toMatch(/^An all-reduce among 2 ranks costs α = .* ms for each MiB .* Measured\.$/)
    expect(view.tables.find(({ title }) => title === 'All-reduce')!.rows.length).toBeGreaterThan(4)
  })

  it('one at a time, not beside a run, paused and gone on with', async () => {
    const { benchmarks, runs } = reached.client
    const { runId } = await runs.start({ ...config(), epochs: 50 })
    expect(await labErrorOf(benchmarks.start(asked()))).toMatchObject({ code: 'RUN_ALREADY_ACTIVE', title: 'A run is going on' })
    await runs.stop({ runId })
    const { id } = await benchmarks.start(asked())
    expect((await labErrorOf(benchmarks.start(asked()))).code).toBe('RUN_ALREADY_ACTIVE')
    // Between two repetitions no run is active, and still none may be started.
    expect(await labErrorOf(runs.start(config()))).toMatchObject({ code: 'RUN_ALREADY_ACTIVE', title: 'A benchmark is going on' })
    expect((await labErrorOf(benchmarks.remove({ id }))).code).toBe('RUN_ALREADY_ACTIVE')
    for await (const { step } of await benchmarks.watch({ id })) if (step > 0) break
    await benchmarks.pause({ id })
    expect(await benchmarks.get({ id })).toMatchObject({ state: 'paused', total: 6, error: null })
    await benchmarks.resume({ id })
    expect((await benchmarks.list())[0]).toMatchObject({ id, state: 'running' })
    await benchmarks.pause({ id })
    await benchmarks.remove({ id })
    expect((await benchmarks.list()).map((other) => other.id)).not.toContain(id)
    expect(await readdir(join(reached.labDirectory, 'benchmarks'))).not.toContain(id)
  })

  it('write the bundle for torchrun, and take a run of PyTorch in as an arm', async () => {
    const { benchmarks, handoff, runs } = reached.client
    const { directory, commands } = await handoff.bundle({ config: config() })
    await access(join(directory, 'run_ddp.sh'))
    expect(directory.startsWith(join(reached.labDirectory, 'handoff'))).toBe(true)
    expect(commands.map(({ command }) => command).join('\n')).toContain(`'${directory}'/run_ddp.sh 2`)

    const out = join(reached.labDirectory, 'out')
    const imported = { program: 'train_ddp.py', torch: '2.4.0', backend: 'nccl', worldSize: 2, nodes: 1 }
    const { parameterCount } = finished.data!
    const { record, steps, epochs } = fakeRun({ completedSteps: 130, stepsPerEpoch: 65, record: { imported, parameterCount } })
    await mkdir(out)
    await writeFile(join(out, 'run.json'), JSON.stringify(record))
    await writeFile(join(out, 'metrics.jsonl'), [...steps, ...epochs].map((line) => `${JSON.stringify(line)}\n`).join(''))
    expect((await labErrorOf(handoff.importRun({ path: 'out' }))).code).toBe('IMPORT_INVALID')
    const { runId } = await handoff.importRun({ path: out })
    expect((await runs.get({ runId })).record.imported).toEqual(imported)

    await benchmarks.addImported({ id: finished.id, runId })
    const view = await benchmarks.get({ id: finished.id })
    expect(view.maySaySpeedUp).toBe(false)
    expect(JSON.stringify(view.tables)).toContain('imported')
    expect((await labErrorOf(benchmarks.addImported({ id: unfinishedId, runId }))).code).toBe('IMPORT_INVALID')
  })
})
