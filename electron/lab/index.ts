/**
 * The lab: everything behind the contract, for one data directory, without a host. Hosts serve its router; closing it
 * ends the run that is going on (with a checkpoint), the inference and export workers, the served model, the work on a Space, and the hold on the directory.
 */
import { clearLeftovers } from '../checkpoint/replace-folder.ts'
import { Exporter } from '../export/exporter.ts'
import { Hub, hubSettings } from '../hub/hub.ts'
import { InferenceClient } from '../inference/client.ts'
import { SpaceHub } from '../spaces/space-hub.ts'
import { UnfinishedPushes } from '../spaces/unfinished.ts'
import { RunStore } from '../supervisor/run-store.ts'
import { RunSupervisor } from '../supervisor/supervisor.ts'
import { Workbench } from '../workbench/workbench.ts'
import { BenchmarkDesk } from './benchmark-desk.ts'
import { benchmarkHandlers } from './benchmark-handlers.ts'
import { correctionHandlers } from './correction-handlers.ts'
import { CorrectionBook } from './corrections.ts'
import { datasetHandlers, shelveDownload } from './dataset-handlers.ts'
import { DatasetShelf } from './dataset-shelf.ts'
import { deployHandlers, spacesDirectory } from './deploy-handlers.ts'
import { downloadHandlers } from './download-handlers.ts'
import { Downloads } from './downloads.ts'
import { exportHandlers } from './export-handlers.ts'
import { handoffHandlers } from './handoff-handlers.ts'
import { hardwareHandlers } from './hardware-handlers.ts'
import { detectHardware } from './hardware.ts'
import { lessonHandlers } from './lesson-handlers.ts'
import { lockDirectory } from './lock.ts'
import { Machine } from './machine.ts'
import { modelHandlers } from './model-handlers.ts'
import { ModelShelf } from './model-shelf.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'
import { playgroundHandlers } from './playground-handlers.ts'
import { reportHandlers } from './report-handlers.ts'
import { runHandlers } from './run-handlers.ts'
import { ServedModel } from './served-model.ts'
import { servingHandlers } from './serving-handlers.ts'
import { SpaceDesk } from './space-desk.ts'
import { workbenchHandlers } from './workbench-handlers.ts'

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
    const hub = new Hub(hubSettings())
    const models = new ModelShelf(labDirectory, hub)
    await models.open()
    const downloads = new Downloads(labDirectory, hub, {
      dataset: shelveDownload(shelf),
      model: async ({ repo }, { commit }) => void (await models.add({ kind: 'hub', id: repo.id, revision: commit })),
    })
    await downloads.open()
    // Of a lab that was killed while it wrote one; what cannot be cleared away now, the next writer will try.
    await clearLeftovers(spacesDirectory(labDirectory)).catch(() => undefined)
    const supervisor = new RunSupervisor()
    const inference = new InferenceClient()
    const store = new RunStore(labDirectory)
    const benchmarks = new BenchmarkDesk({ labDirectory, models, store, supervisor })
    const workbench = new Workbench({
      labDirectory,
      cacheDirectory: store.cacheDirectory,
      isTraining: () => supervisor.active !== null || benchmarks.isBusy,
    })
    const parts: LabParts = {
      labDirectory,
      machine: new Machine(await detectHardware()),
      store,
      supervisor,
      shelf,
      hub,
      downloads,
      models,
      inference,
      benchmarks,
      printPdf,
      exporter: new Exporter(),
      corrections: new CorrectionBook(labDirectory),
      workbench,
      served: new ServedModel(),
      spaceHub: new SpaceHub(hub.settings),
      spaceDesk: new SpaceDesk(),
      unfinishedPushes: new UnfinishedPushes(labDirectory),
    }
    const close = async (): Promise<void> => {
      await parts.served.close()
      await workbench.close()
      await benchmarks.close()
      await supervisor.active?.stop()
      await downloads.close()
      await parts.spaceDesk.close()
      await parts.exporter.close()
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
    downloads: downloadHandlers(parts),
    models: modelHandlers(parts),
    runs: runHandlers(parts),
    playground: playgroundHandlers(parts),
    corrections: correctionHandlers(parts),
    reports: reportHandlers(parts),
    benchmarks: benchmarkHandlers(parts),
    handoff: handoffHandlers(parts),
    deploy: deployHandlers(parts),
    exports: exportHandlers(parts),
    workbench: workbenchHandlers(parts),
    lessons: lessonHandlers(parts),
    serving: servingHandlers(parts),
  })
}
