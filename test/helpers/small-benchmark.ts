/** A small benchmark in a bench's directory, and how to run it: again and again, as after a pause. */
import { join } from 'node:path'
import { readBenchmark, writeBenchmark } from '../../electron/benchmark/files.ts'
import { newBenchmark } from '../../electron/benchmark/new-benchmark.ts'
import { type BenchmarkProgress, runBenchmark } from '../../electron/benchmark/run-benchmark.ts'
import { makeDirectory } from '../../electron/checkpoint/make-directory.ts'
import type { Benchmark, Plan } from '../../shared/domain/benchmark.ts'
import { type Bench, testHardware } from './training-runs.ts'

export async function keepBenchmark(bench: Bench, plan: Plan) {
  const directory = join(bench.store.labDirectory, 'benchmarks', 'one')
  await makeDirectory(directory)
  await writeBenchmark(directory, newBenchmark({ id: 'x', plan, hardware: testHardware, command: 'test', commit: null }))
  const run = async (
    onProgress: (progress: BenchmarkProgress) => void = () => undefined,
    signal = new AbortController().signal,
  ): Promise<Benchmark> =>
    runBenchmark({
      directory,
      benchmark: await readBenchmark(directory),
      supervisor: bench.supervisor,
      store: bench.store,
      onProgress,
      signal,
    })
  return { bench, directory, run }
}
