/** What the handlers share: made once by `createLab`, closed by it. */
import { implement, type ImplementerInternalWithMiddlewares } from '@orpc/server'
import { contract, type LabContract } from '../../shared/contract/index.ts'
import type { Exporter } from '../export/exporter.ts'
import type { InferenceClient } from '../inference/client.ts'
import type { SpaceHub } from '../spaces/space-hub.ts'
import type { UnfinishedPushes } from '../spaces/unfinished.ts'
import type { RunStore } from '../supervisor/run-store.ts'
import type { RunSupervisor } from '../supervisor/supervisor.ts'
import type { BenchmarkDesk } from './benchmark-desk.ts'
import type { CorrectionBook } from './corrections.ts'
import type { Workbench } from '../workbench/workbench.ts'
import type { DatasetShelf } from './dataset-shelf.ts'
import type { Downloads } from './downloads.ts'
import type { Hub } from '../hub/hub.ts'
import type { Machine } from './machine.ts'
import type { ModelShelf } from './model-shelf.ts'
import type { ServedModel } from './served-model.ts'
import type { SpaceDesk } from './space-desk.ts'
import { withTypedErrors } from './typed-errors.ts'

export interface LabParts {
  labDirectory: string
  machine: Machine
  store: RunStore
  supervisor: RunSupervisor
  shelf: DatasetShelf
  hub: Hub
  downloads: Downloads
  models: ModelShelf
  inference: InferenceClient
  benchmarks: BenchmarkDesk
  /** PDF of an HTML file that needs nothing else; null where the host has no browser engine. */
  printPdf: ((html: string) => Promise<Uint8Array>) | null
  exporter: Exporter
  corrections: CorrectionBook
  workbench: Workbench
  served: ServedModel
  spaceHub: SpaceHub
  spaceDesk: SpaceDesk
  unfinishedPushes: UnfinishedPushes
}

/** Handlers get what they need from `LabParts`. */
type NoContext = Record<never, never>

/** The contract, to be filled with handlers; a middleware before the input's check gives every failure its type. */
export const os: ImplementerInternalWithMiddlewares<LabContract, NoContext, NoContext> = implement(contract).use(({ next }) =>
  withTypedErrors(async () => next()),
)
