/** A benchmark as it is asked for, written to the disk before its first repetition. Used by the window and the command line. */
import type { Benchmark } from '../../shared/domain/benchmark.ts'
import { benchmarkDirectory, generateBenchmarkId, writeBenchmark } from '../benchmark/files.ts'
import { commitOf, newBenchmark } from '../benchmark/new-benchmark.ts'
import { type Asked, planOf } from '../benchmark/plan.ts'
import { withWriteErrors } from '../checkpoint/file-errors.ts'
import { makeDirectory } from '../checkpoint/make-directory.ts'
import type { Machine } from './machine.ts'
import { trainCommand } from './train-flags.ts'

/** Throws CONFIG_INVALID, OUTPUT_NOT_WRITABLE, DISK_FULL. */
export async function createBenchmark(asked: Asked, machine: Machine, labDirectory: string): Promise<Benchmark> {
  const plan = planOf(asked)
  const others = plan.arms.map(({ config }) => config.device).find((device) => device !== 'cpu')
  const hardware = await machine.for(others ?? 'cpu')
  const id = generateBenchmarkId(new Date())
  const directory = benchmarkDirectory(labDirectory, id)
  const benchmark = newBenchmark({ id, plan, hardware, command: commandOf(asked), commit: await commitOf() })
  await withWriteErrors(directory, () => makeDirectory(directory))
  await writeBenchmark(directory, benchmark)
  return benchmark
}

/** The shell command that makes the same comparison. */
function commandOf({ config, vary, scaling, form, inference }: Asked): string {
  const values = vary.values.join(',')
  const command = trainCommand(config).replace('npm run train', 'npm run benchmark')
  return [
    vary.factor === 'ranks' ? command.replace(/--ranks \d+/, `--ranks ${values}`) : `${command} --vary ${vary.factor}=${values}`,
    ...(form === 'quick' ? ['--quick'] : []),
    ...(scaling === 'weak' ? ['--scaling weak'] : []),
    ...(inference ? ['--inference'] : []),
    '--out DIR',
  ].join(' ')
}
