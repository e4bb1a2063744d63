/**
 * The lab: everything behind the contract, for one data directory, without a host. Hosts serve its router; closing it
 * ends the run that is going on (with a checkpoint), the inference worker, and the hold on the directory.
 */
import { InferenceClient } from '../inference/client.ts'
import { RunStore } from '../supervisor/run-store.ts'
import { RunSupervisor } from '../supervisor/supervisor.ts'
import { BenchmarkDesk } from './benchmark-desk.ts'
import { benchmarkHandlers } from './benchmark-handlers.ts'
import { datasetHandlers } from './dataset-handlers.ts'
import { DatasetShelf } from './dataset-shelf.ts'
import { handoffHandlers } from './handoff-handlers.ts'
import { hardwareHandlers } from './hardware-handlers.ts'
import { detectHardware } from './hardware.ts'
import { lockDirectory } from './lock.ts'
import { Machine } from './machine.ts'
import { modelHandlers } from './model-handlers.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'
import { playgroundHandlers } from './playground-handlers.ts'
import { reportHandlers } from './report-handlers.ts'
import { runHandlers } from './run-handlers.ts'

export type LabRouter = ReturnType<typeof createRouter>

export interface Lab {
  router: LabRouter
  close(): Promise<void>
}

interface LabOptions {
  labDirectory: string
  printPdf?: LabParts['printPdf']
}

/** Throws LAB_ALREADY_RUNNING where another lab uses the directory, OUTPUT_NOT_WRITABLE where it cannot be used at all. */
export async function createLab({ labDirectory, printPdf = null }: LabOptions): Promise<Lab> {
  const unlock = await lockDirectory(labDirectory)
  try {
    const shelf = new DatasetShelf(labDirectory)
    await shelf.open()
    const supervisor = new RunSupervisor()
    const inference = new InferenceClient()
    const store = new RunStore(labDirectory)
    const benchmarks = new BenchmarkDesk({ labDirectory, store, supervisor })
    const parts: LabParts = {
      labDirectory,
      machine: new Machine(await detectHardware()),
      store,
      supervisor,
      shelf,
      inference,
      benchmarks,
      printPdf,
    }
    const close = async (): Promise<void> => {
      await benchmarks.close()
      await supervisor.active?.stop()
      await inference.close()
      unlock()
    }
    return { router: createRouter(parts), close }
  } catch (error) {
    unlock()
    throw error
  }
}

/** A handler that is missing, or answers with another shape, is a compile error here. */
function createRouter(parts: LabParts) {
  return os.router({
    hardware: hardwareHandlers(parts),
    datasets: datasetHandlers(parts),
    models: modelHandlers(parts),
    runs: runHandlers(parts),
    playground: playgroundHandlers(parts),
    reports: reportHandlers(parts),
    benchmarks: benchmarkHandlers(parts),
    handoff: handoffHandlers(parts),
  })
}
