/** What the handlers share: made once by `createLab`, closed by it. */
import { implement } from '@orpc/server'
import { contract } from '../../shared/contract/index.ts'
import type { InferenceClient } from '../inference/client.ts'
import type { RunStore } from '../supervisor/run-store.ts'
import type { RunSupervisor } from '../supervisor/supervisor.ts'
import type { BenchmarkDesk } from './benchmark-desk.ts'
import type { DatasetShelf } from './dataset-shelf.ts'
import type { Machine } from './machine.ts'
import { withTypedErrors } from './typed-errors.ts'

export interface LabParts {
  labDirectory: string
  machine: Machine
  store: RunStore
  supervisor: RunSupervisor
  shelf: DatasetShelf
  inference: InferenceClient
  benchmarks: BenchmarkDesk
  /** PDF of an HTML file that needs nothing else; null where the host has no browser engine. */
  printPdf: ((html: string) => Promise<Uint8Array>) | null
}

/** The contract, to be filled with handlers; a middleware before the input's check gives every failure its type. */
export const os = implement(contract).use(({ next }) => withTypedErrors(async () => next()))
