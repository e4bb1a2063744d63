/** benchmarks.*: plan, start, watch, pause, go on with and render comparisons. The desk owns the one that is going on. */
import { rm } from 'node:fs/promises'
import { LabError } from '../../shared/contract/errors.ts'
import type { BenchmarkSummary } from '../../shared/contract/benchmarks.ts'
import { predictedDuration } from '../../shared/benchmark/predicted-duration.ts'
import { type Benchmark, doneCount } from '../../shared/domain/benchmark.ts'
import { benchmarkDirectory, listBenchmarks, readBenchmark, writeBenchmark } from '../benchmark/files.ts'
import { withImportedArm } from '../benchmark/imported-arm.ts'
import { planOf } from '../benchmark/plan.ts'
import { withWriteErrors } from '../checkpoint/file-errors.ts'
import { collectBenchmark, sentencesOf, titleOf } from '../report/benchmark/facts.ts'
import { renderBenchmark } from '../report/benchmark/index.ts'
import { benchmarkView } from '../report/benchmark/view.ts'
import { createBenchmark } from './create-benchmark.ts'
import { holdBenchmark } from './hold-benchmark.ts'
import { knownRate } from './known-rate.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'
import { streamWithTypedErrors } from './typed-errors.ts'

export const benchmarkHandlers = ({ benchmarks: desk, labDirectory, machine, store }: LabParts) => {
  const directory = (id: string): string => benchmarkDirectory(labDirectory, id)
  const summary = (benchmark: Benchmark): BenchmarkSummary => ({
    id: benchmark.id,
    title: titleOf(benchmark),
    state: desk.isActive(benchmark.id) ? 'running' : benchmark.endedAt === null ? 'paused' : 'done',
    createdAt: benchmark.createdAt,
    done: doneCount(benchmark),
    failed: benchmark.repetitions.filter(({ state }) => state === 'failed').length,
    total: benchmark.repetitions.length,
    result: benchmark.endedAt === null ? null : (sentencesOf(collectBenchmark(benchmark))[0] ?? null),
  })
  const refuseActive = (id: string): void => {
    if (desk.isActive(id)) throw stillGoingOn(id)
  }

  return {
    list: os.benchmarks.list.handler(async () => (await listBenchmarks(labDirectory)).map(summary)),
    plan: os.benchmarks.plan.handler(async ({ input }) => {
      const plan = planOf(input)
      return { plan, ...predictedDuration(plan, machine.hardware.cpuCores, await knownRate(store, labDirectory, plan)) }
    }),
    start: os.benchmarks.start.handler(async ({ input }) => ({
      id: await desk.start(() => createBenchmark(input, machine, labDirectory)),
    })),
    get: os.benchmarks.get.handler(async ({ input: { id } }) => {
      const benchmark = await readBenchmark(directory(id))
      const { repetitions, form } = benchmark.plan
      return { ...summary(benchmark), ...benchmarkView(benchmark), error: desk.errorOf(id), plan: { repetitions, form } }
    }),
    pause: os.benchmarks.pause.handler(async ({ input: { id } }) => {
      await readBenchmark(directory(id))
      await desk.pause(id)
      return {}
    }),
    resume: os.benchmarks.resume.handler(async ({ input: { id } }) => {
      await desk.start(() => readBenchmark(directory(id)))
      return {}
    }),
    remove: os.benchmarks.remove.handler(async ({ input: { id } }) => {
      refuseActive(id)
      await readBenchmark(directory(id))
      // Never let go of: it goes with the rest.
      await holdBenchmark(directory(id))
      await withWriteErrors(directory(id), () => rm(directory(id), { recursive: true, force: true }))
      return {}
    }),
    addImported: os.benchmarks.addImported.handler(async ({ input: { id, runId } }) => {
      refuseActive(id)
      await readBenchmark(directory(id))
      const letGo = await holdBenchmark(directory(id))
      try {
        await writeBenchmark(directory(id), withImportedArm(await readBenchmark(directory(id)), await store.get(runId)))
      } finally {
        letGo()
      }
      return {}
    }),
    watch: os.benchmarks.watch.handler(async ({ input: { id }, signal }) => {
      await readBenchmark(directory(id)) // An unknown one fails the call, not the stream.
      return streamWithTypedErrors(desk.follow(id, signal))
    }),
    export: os.benchmarks.export.handler(async ({ input: { id, format } }) => renderBenchmark(await readBenchmark(directory(id)), format)),
  }
}

const stillGoingOn = (id: string): LabError =>
  new LabError({
    code: 'RUN_ALREADY_ACTIVE',
    title: 'The benchmark is still going on',
    cause: `Benchmark ${id} has not ended.`,
    suggestion: 'Pause it first.',
  })
