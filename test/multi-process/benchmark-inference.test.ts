/** Latency against clients, measured on a real server by a real process: counted, ended by a signal, and a model that cannot be served is an outcome. */
import { createServer } from 'node:net'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { measureInference } from '../../electron/benchmark/inference.ts'
import { runDirectoryOf } from '../../electron/benchmark/files.ts'
import { closedLoop, openLoop } from '../../electron/benchmark/load/load.ts'
import { LoadProcess } from '../../electron/benchmark/load/load-process.ts'
import { measureServed } from '../../electron/benchmark/served-model.ts'
import { makeDirectory } from '../../electron/checkpoint/make-directory.ts'
import { serveModel } from '../../electron/serving/server.ts'
import { loadFigures } from '../../shared/benchmark/inference.ts'
import { inferenceSweepSchema } from '../../shared/domain/inference-sweep.ts'
import { fakeBenchmark } from '../helpers/fake-benchmark.ts'
import { closedPort, listen, portOf } from '../helpers/loopback.ts'
import { writeTestModel } from '../helpers/model-folders.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const plan = { clients: [1, 4], repetitions: 3, turnMs: 200, openShare: 0.5 }

async function testModel(): Promise<string> {
  const modelDirectory = join(await temporaryDirectory(), 'model')
  await writeTestModel(modelDirectory)
  return modelDirectory
}

it('counts answers and percentiles for each number of clients, then asks at a share of what was answered', async () => {
  const seen: string[] = []
  const sweep = await measureInference({
    arm: fakeBenchmark().plan.arms[0]!,
    modelDirectory: await testModel(),
    plan,
    onProgress: (done, total, activity) => seen.push(`${done}/${total} ${activity.replace(/[\d.]+ times/, 'N times')}`),
    signal: new AbortController().signal,
  })
  expect(inferenceSweepSchema.parse(sweep)).toEqual(sweep)
  expect(sweep).toMatchObject({ provenance: 'measured', arm: 'ranks-1', checkpoint: 'step-000010' })
  expect(sweep.weightsSha256).toMatch(/^[0-9a-f]{64}$/)
  expect(sweep.closed.map(({ clients, turns }) => [clients, turns.length])).toEqual([[1, 3], [4, 3]]) // prettier-ignore
  for (const { count, errors, p50Ms, p95Ms, p99Ms, perSec } of [...sweep.closed.flatMap(({ turns }) => turns), ...sweep.open!.turns]) {
    expect(count).toBeGreaterThan(0)
    expect(errors).toBe(0)
    expect(perSec).toBeGreaterThan(0)
    expect(p50Ms!).toBeLessThanOrEqual(p95Ms!)
    expect(p95Ms!).toBeLessThanOrEqual(p99Ms!)
  }
  const capacity = Math.max(...loadFigures(sweep).filter(({ loop }) => loop === 'closed').map(({ perSec }) => perSec!.median)) // prettier-ignore
  expect(sweep.open).toMatchObject({ share: 0.5, perSec: capacity / 2 })
  expect(seen.map((line) => /with (\d+)|N times/.exec(line)?.[1] ?? 'open').join(' ')).toBe('1 4 4 1 1 4 open open open')
})

it('ends with the signal, and leaves no server and no process', async () => {
  const abort = new AbortController()
  const measuring = measureInference({
    arm: fakeBenchmark().plan.arms[0]!,
    modelDirectory: await testModel(),
    plan: { ...plan, turnMs: 60_000 },
    onProgress: () => setTimeout(() => abort.abort(), 100),
    signal: abort.signal,
  })
  await expect(measuring).rejects.toMatchObject({ name: 'AbortError' })
})

it('of a model that is damaged is not measured, and the benchmark says why', async () => {
  const directory = await temporaryDirectory()
  const benchmark = fakeBenchmark()
  benchmark.plan.inference = plan
  const model = join(runDirectoryOf(directory, benchmark.repetitions[0]!), 'model')
  const options = { benchmark, directory, onProgress: () => undefined, signal: new AbortController().signal } as never
  expect(await measureServed(options)).toMatchObject({ measured: null, error: { code: 'MODEL_NOT_FOUND' } })
  await makeDirectory(model)
  await writeTestModel(model)
  await writeFile(join(model, 'model.safetensors'), 'nothing')
  expect(await measureServed(options)).toMatchObject({ measured: null, error: { code: 'MODEL_INVALID' } })
})

it('counts requests that a server leaves without an answer, and does not ask a closed connection again', async () => {
  let requests = 0
  const server = createServer((socket) => socket.on('data', () => ((requests += 1), socket.destroy())).on('error', () => undefined))
  onTestFinished(() => void server.close())
  await listen(server)
  const port = portOf(server)
  expect(await closedLoop(port, ['a'], 3, 500)).toMatchObject({ count: 3, errors: 3, perSec: 0, p50Ms: Number.NaN })
  expect(await openLoop(port, ['a'], 2, 100, 500)).toMatchObject({ count: 2, errors: 2 })
  expect(requests).toBe(5)
})

it('counts refusals as errors', async () => {
  const server = await serveModel({ title: 'guarded', port: 0, threads: 1, modelDirectory: await testModel(), token: 'secret' })
  onTestFinished(() => server.close())
  await server.predictor.ready
  const { count, errors } = await closedLoop(server.port, ['a headline'], 2, 200)
  expect(errors).toBe(count)
  expect(count).toBeGreaterThan(0)
})

it('has a process that says what it could not reach', async () => {
  const load = new LoadProcess()
  onTestFinished(() => load.end())
  const job = { loop: 'closed', port: await closedPort(), clients: 1, durationMs: 50 } as const
  const asked = load.load(job, new AbortController().signal)
  await expect(asked).rejects.toMatchObject({ info: { code: 'INTERNAL', cause: expect.stringContaining('ECONNREFUSED') as unknown } })
  load.end()
  await expect(load.load(job, new AbortController().signal)).rejects.toMatchObject({ info: { code: 'INTERNAL' } })
})
