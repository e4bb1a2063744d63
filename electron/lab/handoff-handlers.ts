/** handoff.*: the bundle for torchrun, kept in the lab's directory, and runs that come back from it. */
import { isAbsolute, join } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import { writeTorchBundle } from '../handoff/bundle.ts'
import { importRun } from '../handoff/import-run.ts'
import { generateRunId } from '../supervisor/run-id.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'
import { trainCommand } from './train-flags.ts'

export const handoffHandlers = ({ labDirectory, models, store }: LabParts) => ({
  bundle: os.handoff.bundle.handler(async ({ input: { config } }) => {
    const directory = join(labDirectory, 'handoff', generateRunId(config.model, new Date()))
    const modelDirectory = config.initFrom ? await models.directoryOf(config.initFrom) : null
    await writeTorchBundle({ config, modelDirectory, directory, cacheDirectory: store.cacheDirectory, command: trainCommand(config) })
    const quoted = `'${directory.replaceAll("'", `'\\''`)}'`
    return {
      directory,
      commands: [
        { title: 'On this machine, where PyTorch is', command: `${quoted}/run_ddp.sh ${config.worldSize}` },
        { title: 'On another machine, over ssh: one rank for each GPU', command: `npm run remote -- --bundle ${quoted} --host user@host` },
        { title: 'On a Slurm cluster, once the folder is there', command: 'sbatch slurm.sbatch' },
        { title: 'On Kaggle’s two T4s, with a token', command: `npm run remote -- --bundle ${quoted} --kaggle` },
        { title: 'Taking the run in afterwards (remote does it by itself)', command: `npm run import-run -- --from ${quoted}/out` },
      ],
    }
  }),
  importRun: os.handoff.importRun.handler(async ({ input: { path } }) => {
    // A relative one would depend on where the lab was started.
    if (!isAbsolute(path)) throw notAbsolute(path)
    const { id } = await importRun(store, path)
    return { runId: id }
  }),
})

const notAbsolute = (path: string): LabError =>
  new LabError({
    code: 'IMPORT_INVALID',
    title: 'The run cannot be imported',
    cause: `${JSON.stringify(path.slice(0, 80))} is not a whole path.`,
    suggestion: 'Give the whole path of the folder "out" that train_ddp.py wrote.',
  })
