/** `benchmark`: compares numbers of ranks, or one other setting, in the terminal, as the window does, and writes the report in every form. */
import { resolve } from 'node:path'
import { type Benchmark, factors, scalingSchema, type Vary, varySchema } from '../../shared/domain/benchmark.ts'
import { benchmarkDirectory, readBenchmark } from '../benchmark/files.ts'
import type { Asked } from '../benchmark/plan.ts'
import { printReportFolder } from '../benchmark/report-pdf.ts'
import { type BenchmarkProgress, runBenchmark } from '../benchmark/run-benchmark.ts'
import { writeReportFolder } from '../benchmark/report-folder.ts'
import { createBenchmark } from '../lab/create-benchmark.ts'
import { detectHardware } from '../lab/hardware.ts'
import { holdBenchmark } from '../lab/hold-benchmark.ts'
import { Machine } from '../lab/machine.ts'
import { labDirectory } from '../paths.ts'
import { collectBenchmark, sentencesOf } from '../report/benchmark/facts.ts'
import { inferenceMissing, inferenceSentence } from '../report/benchmark/inference.ts'
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
  const given = readArguments(argv, { ...trainFlagTable, quick: 'switch', scaling: 'text', vary: 'text', inference: 'switch' })
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
  const letGo = await holdBenchmark(directory)
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
    letGo()
  })
  if (done.endedAt === null) {
    console.log(bold('Paused'))
    console.log(`  go on  npm run benchmark -- --resume ${done.id} --out ${out}`)
    return pausedExitCode
  }
  for (const sentence of [...sentencesOf(collectBenchmark(done)), ...inferenceWords(done)]) console.log(plain(sentence))
  const folder = await writeReportFolder(resolve(out), done)
  console.log(dim(`report  ${folder}`))
  console.log(dim(await printReportFolder(folder)))
  return done.repetitions.every(({ state }) => state === 'failed') ? 1 : 0
}

async function startOrResume(given: Arguments): Promise<{ directory: string; benchmark: Benchmark }> {
  const resume = given.values.get('resume')
  if (resume !== undefined) {
    const directory = benchmarkDirectory(labDirectory(), resume)
    return { directory, benchmark: await readBenchmark(directory) }
  }
  const vary = varyFrom(given)
  const scaling = scalingSchema.safeParse(given.values.get('scaling') ?? 'strong')
  if (!scaling.success)
    throw argumentInvalid('--scaling must be strong or weak', 'Strong: the same rows in every step. Weak: on every rank.')
  const values = new Map(given.values)
  // The rows of a step are those of the most ranks.
  if (vary.factor === 'ranks') values.set('ranks', String(Math.max(...vary.values)))
  const { config } = await provideModel(configFrom({ ...given, values }, (await hubDataFrom(given, 'train')) ?? undefined), stdoutTerminal)
  const form = given.switches.has('quick') ? 'quick' : 'full'
  const inference = given.switches.has('inference')
  const asked: Asked = { name: config.name, config, vary, scaling: scaling.data, form, inference }
  const benchmark = await createBenchmark(asked, new Machine(await detectHardware()), labDirectory())
  return { directory: benchmarkDirectory(labDirectory(), benchmark.id), benchmark }
}

/** What the served model did, or why it was not measured; nothing where it was not asked for. */
const inferenceWords = (benchmark: Benchmark): string[] =>
  benchmark.plan.inference === null ? [] : [inferenceSentence(benchmark) ?? `Not measured: ${inferenceMissing(benchmark)}.`]

/** `--vary microBatch=16,32`; without it numbers of ranks. */
function varyFrom({ values: given }: Arguments): Vary {
  const text = given.get('vary')
  const [factor = '', list = ''] = text === undefined ? ['ranks', given.get('ranks') ?? '1,2'] : text.split('=')
  const flag = text === undefined ? '--ranks' : '--vary'
  const words = list.split(',')
  const values = factor === 'device' || factor === 'padding' ? words : words.map((word) => toNumber(flag, word))
  const vary = varySchema.safeParse({ factor, values })
  if (vary.success) return vary.data
  throw argumentInvalid(
    `${flag} ${text ?? list} is not possible`,
    `Name one of ${factors.join(', ')} and its values, for example --vary microBatch=16,32,64, --vary device=cpu,webgpu or --vary padding=packed,longest,maxLength.`,
  )
}

/** One line that is renewed; in a file a line for each repetition. */
class Printer {
  #shown = ''

  show({ done, total, step, totalSteps, etaMs, activity }: BenchmarkProgress): void {
    const at = `${Math.min(done + 1, total)}/${total}`
    const line = `${at}  ${activity}  ${step}/${totalSteps}${etaMs === null ? '' : `  about ${duration(etaMs)} to go`}`
    if (stdoutTerminal.live) stdoutTerminal.write(`\r\u001b[2K${plain(line).slice(0, stdoutTerminal.columns - 1)}`)
    else if (step === 0 && this.#shown !== `${done}`) console.log(plain(`${at}  ${activity}`))
    this.#shown = `${done}`
  }

  end(): void {
    if (stdoutTerminal.live) stdoutTerminal.write('\r\u001b[2K')
  }
}
