/** `benchmark`: compares numbers of ranks in the terminal, as the window does, and writes the report in every form. */
import { resolve } from 'node:path'
import { benchmarkFormSchema, scalingSchema, type Benchmark } from '../../shared/domain/benchmark.ts'
import { generateBenchmarkId, benchmarkDirectory, readBenchmark, writeBenchmark } from '../benchmark/files.ts'
import { planOf } from '../benchmark/plan.ts'
import { commitOf, newBenchmark } from '../benchmark/new-benchmark.ts'
import { type BenchmarkProgress, runBenchmark } from '../benchmark/run-benchmark.ts'
import { writeReportFolder } from '../benchmark/report-folder.ts'
import { makeDirectory } from '../checkpoint/make-directory.ts'
import { withWriteErrors } from '../checkpoint/file-errors.ts'
import { detectHardware } from '../lab/hardware.ts'
import { Machine } from '../lab/machine.ts'
import { trainCommand } from '../lab/train-flags.ts'
import { labDirectory } from '../paths.ts'
import { collectBenchmark, sentencesOf } from '../report/benchmark/facts.ts'
import { RunStore } from '../supervisor/run-store.ts'
import { RunSupervisor } from '../supervisor/supervisor.ts'
import { type Arguments, argumentInvalid, readArguments, refusePositionals, toNumber } from './arguments.ts'
import { hubDataFrom } from './hub-data.ts'
import { onInterrupt } from './interrupts.ts'
import { provideModel } from './pretrained.ts'
import { bold, dim, duration, plain, stdoutTerminal } from './terminal.ts'
import { configFrom, trainFlagTable } from './train-config.ts'

const pausedExitCode = 130

export async function benchmark(argv: readonly string[]): Promise<number> {
  const given = readArguments(argv, { ...trainFlagTable, quick: 'switch', scaling: 'text' })
  refusePositionals(given)
  const out = given.values.get('out')
  if (out === undefined) throw argumentInvalid('--out is missing', 'The report needs a place.', 'Add --out DIR')
  const { directory, benchmark: started } = await startOrResume(given)
  const { modelDirectory } = await provideModel(started.plan.arms[0]!.config, stdoutTerminal)
  const aborted = new AbortController()
  const release = onInterrupt(
    () => aborted.abort(),
    () => process.exit(pausedExitCode),
  )
  const printer = new Printer()
  const done = await runBenchmark({
    directory,
    benchmark: started,
    ...(modelDirectory === undefined ? {} : { modelDirectory }),
    supervisor: new RunSupervisor(),
    store: new RunStore(labDirectory()),
    onProgress: (progress) => printer.show(progress),
    signal: aborted.signal,
  }).finally(() => {
    printer.end()
    release()
  })
  if (done.endedAt === null) {
    console.log(bold('Paused'))
    console.log(`  go on  npm run benchmark -- --resume ${done.id} --out ${out}`)
    return pausedExitCode
  }
  for (const sentence of sentencesOf(collectBenchmark(done))) console.log(plain(sentence))
  console.log(dim(`report  ${await writeReportFolder(resolve(out), done)}`))
  return done.repetitions.every(({ state }) => state === 'failed') ? 1 : 0
}

async function startOrResume(given: Arguments): Promise<{ directory: string; benchmark: Benchmark }> {
  const resume = given.values.get('resume')
  if (resume !== undefined) {
    const directory = benchmarkDirectory(labDirectory(), resume)
    return { directory, benchmark: await readBenchmark(directory) }
  }
  const ranks = (given.values.get('ranks') ?? '1,2').split(',').map((text) => toNumber('--ranks', text))
  const scaling = scalingSchema.safeParse(given.values.get('scaling') ?? 'strong')
  if (!scaling.success)
    throw argumentInvalid('--scaling must be strong or weak', 'Strong: the same rows in every step. Weak: on every rank.')
  const values = new Map(given.values)
  // The rows of a step are those of the most ranks.
  values.set('ranks', String(Math.max(...ranks)))
  const { config } = await provideModel(configFrom({ ...given, values }, (await hubDataFrom(given, 'train')) ?? undefined), stdoutTerminal)
  const form = benchmarkFormSchema.parse(given.switches.has('quick') ? 'quick' : 'full')
  const plan = planOf({ name: config.name, config, ranks, scaling: scaling.data, form })
  const hardware = await new Machine(await detectHardware()).for(config.device)
  const id = generateBenchmarkId(new Date())
  const directory = benchmarkDirectory(labDirectory(), id)
  const command = `${trainCommand(config)
    .replace('npm run train', 'npm run benchmark')
    .replace(
      /--ranks \d+/,
      `--ranks ${ranks.join(',')}`,
    )}${form === 'quick' ? ' --quick' : ''}${scaling.data === 'weak' ? ' --scaling weak' : ''} --out DIR`
  const benchmark = newBenchmark({ id, plan, hardware, command, commit: await commitOf() })
  await withWriteErrors(directory, () => makeDirectory(directory))
  await writeBenchmark(directory, benchmark)
  return { directory, benchmark }
}

/** One line that is renewed; in a file a line for each repetition. */
class Printer {
  #shown = ''

  show({ done, total, step, totalSteps, etaMs, activity }: BenchmarkProgress): void {
    const line = `${done + 1}/${total}  ${activity}  ${step}/${totalSteps}${etaMs === null ? '' : `  about ${duration(etaMs)} to go`}`
    if (stdoutTerminal.live) stdoutTerminal.write(`\r\u001b[2K${plain(line).slice(0, stdoutTerminal.columns - 1)}`)
    else if (step === 0 && this.#shown !== `${done}`) console.log(plain(`${done + 1}/${total}  ${activity}`))
    this.#shown = `${done}`
  }

  end(): void {
    if (stdoutTerminal.live) stdoutTerminal.write('\r\u001b[2K')
  }
}
