/** `train`: one run in the terminal, from the flags to the model folder. The window shows the same run in its list. */
import { resolve } from 'node:path'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import type { Hardware } from '../../shared/domain/hardware.ts'
import { modelTitle, type RunConfig } from '../../shared/domain/run-config.ts'
import type { RunDetail, RunRecord } from '../../shared/domain/run.ts'
import { detectHardware } from '../lab/hardware.ts'
import { Machine } from '../lab/machine.ts'
import { trainCommand } from '../lab/train-flags.ts'
import { labDirectory } from '../paths.ts'
import { modelDirectory, readRecord } from '../supervisor/run-directory.ts'
import { isRunId } from '../supervisor/run-id.ts'
import type { RunHandle } from '../supervisor/run-handle.ts'
import { RunStore } from '../supervisor/run-store.ts'
import type { StartRunOptions } from '../supervisor/supervisor.ts'
import { RunSupervisor } from '../supervisor/supervisor.ts'
import type { Arguments } from './arguments.ts'
import { argumentInvalid, readArguments, refusePositionals } from './arguments.ts'
import { hubDataFrom } from './hub-data.ts'
import { onInterrupt } from './interrupts.ts'
import { provideModel } from './pretrained.ts'
import { incidentLine, ProgressPrinter, survived } from './progress.ts'
import { configFrom, trainFlagTable } from './train-config.ts'
import { bold, count, dim, duration, plain, printError, stdoutTerminal } from './terminal.ts'

/** 128 + SIGINT: the run was stopped, not finished. */
const stoppedExitCode = 130

export async function train(argv: readonly string[]): Promise<number> {
  const given = readArguments(argv, trainFlagTable)
  refusePositionals(given)
  const json = given.switches.has('json')
  const supervisor = new RunSupervisor()
  const handle = await supervisor.startRun(await startOptions(given))
  const record = json ? await follow(handle, null) : await follow(handle, new ProgressPrinter(stdoutTerminal))
  const detail = handle.detail()
  if (json) process.stdout.write(`${JSON.stringify(outcome(detail, handle.runDirectory), null, 2)}\n`)
  else printOutcome(detail, handle.runDirectory)
  if (record.state === 'done') return 0
  return record.state === 'stopped' ? stoppedExitCode : 1
}

async function startOptions(given: Arguments): Promise<StartRunOptions> {
  const store = new RunStore(labDirectory())
  const resume = given.values.get('resume')
  if (resume === undefined) {
    const terminal = given.switches.has('json') ? null : stdoutTerminal
    const { config, ...model } = await provideModel(configFrom(given, (await hubDataFrom(given, 'train')) ?? undefined), terminal)
    const out = given.values.get('out')
    const command = trainCommand(config)
    return {
      store,
      config,
      hardware: await hardwareFor(config),
      command,
      ...model,
      ...(out === undefined ? {} : { runDirectory: resolve(out) }),
    }
  }
  const other = [...given.values.keys()].find((flag) => flag !== 'resume')
  if (other !== undefined) {
    throw argumentInvalid(`--${other} cannot go with --resume`, 'A run goes on with the configuration that it was started with.')
  }
  const runDirectory = isRunId(resume) ? store.directory(resume) : resolve(resume)
  const { config, command } = await readRecord(runDirectory)
  return { store, config, hardware: await hardwareFor(config), command, runDirectory, resume: true }
}

const hardwareFor = async ({ device }: RunConfig): Promise<Hardware> => new Machine(await detectHardware()).for(device)

/** Prints what happens until the run is over; the first Ctrl-C stops it with a checkpoint, the second ends it at once. */
async function follow(handle: RunHandle, printer: ProgressPrinter | null): Promise<RunRecord> {
  const release = onInterrupt(
    () => {
      printer?.line('Stopping after this step, with a checkpoint … (Ctrl-C again ends it at once)')
      void handle.stop()
    },
    () => void handle.kill(),
  )
  let introduced = false
  const unsubscribe = handle.events.subscribe((event) => {
    const record = event.type === 'snapshot' ? event.detail.record : event.record
    if (printer && !introduced && record && record.parameterCount !== null) {
      introduced = true
      for (const line of introduction(record, handle.runDirectory)) printer.line(line)
    }
    printer?.show(event)
  })
  const record = await handle.finished
  unsubscribe()
  release()
  printer?.end()
  return record
}

function introduction(record: RunRecord, runDirectory: string): string[] {
  const { config, dataset, modelConfig } = record
  return [
    bold(`Run ${plain(config.name || record.id)}`),
    `  model  ${plain(modelTitle(config))}: ${modelConfig?.nLayers} layers × ${modelConfig?.dim}, ${count(record.parameterCount ?? 0)} parameters`,
    `  data   ${plain(dataset?.title ?? '')}: ${count(record.trainCount ?? 0)} rows to train, ${count(record.validationCount ?? 0)} to validate`,
    `  ranks  ${config.worldSize}, CPU, ${record.threadsPerRank} threads each`,
    `  kept   ${runDirectory}`,
    ...(dataset && dataset.badRowCount > 0 ? [`  note   ${count(dataset.badRowCount)} rows could not be used and were skipped`] : []),
  ]
}

function printOutcome(detail: RunDetail, runDirectory: string): void {
  const { record, progress } = detail
  for (const incident of survived(record.incidents)) console.log(dim(`went on: ${plain(incidentLine(incident))}`))
  for (const note of record.notes) console.log(dim(`note: ${plain(note)}`))
  const at = `at step ${progress.step} of ${progress.totalSteps ?? '?'}`
  if (record.error) printFailure(record.error, detail)
  if (record.state === 'paused') console.log(bold(`Paused ${at}`))
  else if (record.state === 'stopped') console.log(bold(`Stopped ${at}`))
  else if (record.state === 'done') console.log(bold(`Done in ${duration(progress.elapsedMs)}`))
  console.log(`  run    ${runDirectory}`)
  if (detail.hasModel) console.log(`  model  ${modelDirectory(runDirectory)}`)
  if (record.state === 'paused' || (record.state !== 'done' && progress.step > 0))
    console.log(`  go on  npm run train -- --resume ${runName(record, runDirectory)}`)
  if (detail.hasModel)
    console.log(`  try    npm run predict -- --model ${runName(record, runDirectory)} "Oil prices jump after a pipeline is attacked"`)
}

/** The first cause, then the ranks that only followed it. */
function printFailure(error: LabErrorInfo, { ranks }: RunDetail): void {
  printError(error)
  const others = ranks.filter((rank) => rank.error !== null && !rank.first).map(({ rank }) => rank)
  if (others.length > 0) console.log(dim(`  also stopped, in consequence: rank ${others.join(', ')}`))
}

/** What --resume and --model take: the id where the run is one of the lab's, else its directory. */
const runName = (record: RunRecord, runDirectory: string): string =>
  runDirectory === new RunStore(labDirectory()).directory(record.id) ? record.id : runDirectory

function outcome({ record, epochs, progress, hasModel }: RunDetail, runDirectory: string) {
  return {
    runId: record.id,
    state: record.state,
    runDirectory,
    modelDirectory: hasModel ? modelDirectory(runDirectory) : null,
    step: progress.step,
    totalSteps: progress.totalSteps,
    elapsedMs: progress.elapsedMs,
    timeToFirstStepMs: record.timeToFirstStepMs,
    parameterCount: record.parameterCount,
    epochs,
    notes: record.notes,
    incidents: record.incidents,
    error: record.error,
  }
}
