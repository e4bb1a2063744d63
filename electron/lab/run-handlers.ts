/** runs.*: start, stop, watch and look up runs. The supervisor owns the one that is going on, the store all others. */
import { LabError } from '../../shared/contract/errors.ts'
import { curvesOf } from '../../shared/domain/run-curves.ts'
import type { RunDetail, RunRecord } from '../../shared/domain/run.ts'
import { finalRunStates } from '../../shared/domain/run.ts'
import { readLogTail } from '../supervisor/log-file.ts'
import { readRecord } from '../supervisor/run-directory.ts'
import type { RunHandle } from '../supervisor/run-handle.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'
import { followRun, pollRun } from './follow-run.ts'
import { trainCommand } from './train-flags.ts'
import { streamWithTypedErrors } from './typed-errors.ts'

export const runHandlers = ({ benchmarks, machine, models, store, supervisor }: LabParts) => {
  const active = (runId: string): RunHandle | null => (supervisor.active?.runId === runId ? supervisor.active : null)
  const detail = async (runId: string): Promise<RunDetail> => active(runId)?.detail() ?? store.get(runId)

  return {
    list: os.runs.list.handler(() => store.list()),
    get: os.runs.get.handler(({ input }) => detail(input.runId)),
    curves: os.runs.curves.handler(async ({ input }) => curvesOf(await detail(input.runId))),
    start: os.runs.start.handler(async ({ input: config }) => {
      benchmarks.refuseWhileBusy()
      const hardware = await machine.for(config.device)
      const { initFrom } = config
      const model = initFrom ? { modelDirectory: await models.directoryOf(initFrom) } : {}
      const { runId } = await supervisor.startRun({ store, config, hardware, command: trainCommand(config), ...model })
      return { runId }
    }),
    resume: os.runs.resume.handler(async ({ input: { runId } }) => {
      benchmarks.refuseWhileBusy()
      const runDirectory = store.directory(runId)
      const { config, command } = await readRecord(runDirectory)
      const hardware = await machine.for(config.device)
      await supervisor.startRun({ store, config, hardware, command, runDirectory, resume: true })
      return { runId }
    }),
    stop: os.runs.stop.handler(async ({ input: { runId } }) => {
      const handle = active(runId)
      if (handle) await handle.stop()
      const after = await detail(runId)
      if (!finalRunStates.includes(after.record.state)) throw runElsewhere(after.record)
      return after
    }),
    pause: os.runs.pause.handler(async ({ input: { runId } }) => {
      const handle = active(runId)
      if (!handle) throw notActive(runId)
      await handle.pause()
      return detail(runId)
    }),
    injectFault: os.runs.injectFault.handler(({ input: { runId, rank, fault } }) => {
      const handle = active(runId)
      if (!handle) throw notActive(runId)
      handle.injectFault(rank, fault)
      return {}
    }),
    log: os.runs.log.handler(async ({ input: { runId } }) => ({ text: await readLogTail(store.directory(runId)) })),
    remove: os.runs.remove.handler(async ({ input: { runId } }) => {
      await store.remove(runId)
      return {}
    }),
    watch: os.runs.watch.handler(async ({ input: { runId }, signal }) => {
      const handle = active(runId)
      if (!handle) await store.get(runId) // An unknown run fails the call, not the stream.
      return streamWithTypedErrors(handle ? followRun(handle, signal) : pollRun(() => detail(runId), signal))
    }),
  }
}

const notActive = (runId: string): LabError =>
  new LabError({
    code: 'RUN_NOT_FOUND',
    title: 'This run is not going on here',
    cause: `Run ${runId} has ended, or another program trains it.`,
    suggestion: 'Resume it first.',
  })

const runElsewhere = ({ supervisorPid }: RunRecord): LabError =>
  new LabError({
    code: 'NOT_IMPLEMENTED_HERE',
    title: 'This run belongs to another program',
    cause: `Process ${supervisorPid} started it, not this lab.`,
    suggestion: 'Stop it where it was started, with Ctrl-C.',
  })
