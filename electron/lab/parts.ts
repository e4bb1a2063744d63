/** What the handlers share: made once by `createLab`, closed by it. */
import { implement } from '@orpc/server'
import { contract } from '../../shared/contract/index.ts'
import type { Hardware } from '../../shared/domain/hardware.ts'
import type { InferenceClient } from '../inference/client.ts'
import type { RunStore } from '../supervisor/run-store.ts'
import type { RunSupervisor } from '../supervisor/supervisor.ts'
import type { DatasetShelf } from './dataset-shelf.ts'
import { withTypedErrors } from './typed-errors.ts'

export interface LabParts {
  labDirectory: string
  hardware: Hardware
  store: RunStore
  supervisor: RunSupervisor
  shelf: DatasetShelf
  inference: InferenceClient
}

/** The contract, to be filled with handlers; a middleware before the input's check gives every failure its type. */
export const os = implement(contract).use(({ next }) => withTypedErrors(async () => next()))
