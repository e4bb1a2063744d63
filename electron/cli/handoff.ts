/** `handoff`: the bundle with which torchrun trains a configuration, given by flags or taken from a run. */
import { resolve } from 'node:path'
import type { RunConfig } from '../../shared/domain/run-config.ts'
import { writeTorchBundle } from '../handoff/bundle.ts'
import { trainCommand } from '../lab/train-flags.ts'
import { labDirectory } from '../paths.ts'
import { readRecord } from '../supervisor/run-directory.ts'
import { isRunId } from '../supervisor/run-id.ts'
import { RunStore } from '../supervisor/run-store.ts'
import { type Arguments, argumentInvalid, readArguments, refusePositionals } from './arguments.ts'
import { hubDataFrom } from './hub-data.ts'
import { provideModel } from './pretrained.ts'
import { bold, count, stdoutTerminal } from './terminal.ts'
import { configFrom, trainFlagTable } from './train-config.ts'

export async function handoff(argv: readonly string[]): Promise<number> {
  const given = readArguments(argv, { ...trainFlagTable, run: 'text' })
  refusePositionals(given)
  const out = given.values.get('out')
  if (out === undefined) throw argumentInvalid('--out is missing', 'The bundle needs a place.', 'Add --out DIR, new or empty.')
  const { config, modelDirectory } = await provideModel(await configOf(given), stdoutTerminal)
  const { cacheDirectory } = new RunStore(labDirectory())
  const directory = resolve(out)
  const record = await writeTorchBundle({
    config,
    modelDirectory: modelDirectory ?? (config.initFrom?.kind === 'folder' ? config.initFrom.path : null),
    directory,
    cacheDirectory,
    command: trainCommand(config),
  })
  console.log(bold(`Ready for torchrun: ${directory}`))
  console.log(`  rows   ${count(record.trainCount ?? 0)} to train, ${count(record.validationCount ?? 0)} to validate, tokenized`)
  console.log(`  train  ${directory}/run_ddp.sh ${config.worldSize}`)
  console.log(`  bring  npm run import-run -- --from ${directory}/out`)
  return 0
}

async function configOf(given: Arguments): Promise<RunConfig> {
  const run = given.values.get('run')
  if (run === undefined) return configFrom(given, (await hubDataFrom(given, 'train')) ?? undefined)
  const other = [...given.values.keys(), ...given.switches].find((flag) => flag !== 'run' && flag !== 'out')
  if (other !== undefined) throw argumentInvalid(`--${other} cannot go with --run`, 'The bundle then trains what that run trained.')
  const store = new RunStore(labDirectory())
  return (await readRecord(isRunId(run) ? store.directory(run) : resolve(run))).config
}
