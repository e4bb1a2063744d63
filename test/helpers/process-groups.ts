/** Every implementation of `ProcessGroup`, for suites that hold all of them to the same contract. */
import { onTestFinished } from 'vitest'
import { createMemoryRing } from '../../electron/collectives/memory-ring.ts'
import type { ProcessGroup } from '../../electron/collectives/process-group.ts'
import { singleProcessGroup } from '../../electron/collectives/single.ts'
import { joinSocketRing } from '../../electron/collectives/socket-ring.ts'
import { LabError, type LabErrorInfo } from '../../shared/contract/errors.ts'
import { temporaryDirectory } from './temporary-directory.ts'

export interface GroupKind {
  name: string
  worldSize: number
  /** All members, in order of rank; closed when the test ends. */
  create(): Promise<ProcessGroup[]>
}

export const timeoutMs = 20_000
export const context = { step: 1, bucket: 0 }

export async function socketRing(worldSize: number, options: { directory?: string; timeoutMs?: number } = {}): Promise<ProcessGroup[]> {
  const join = { worldSize, attempt: 'test', timeoutMs, directory: await temporaryDirectory(), ...options }
  return closedAtEnd(await Promise.all(Array.from({ length: worldSize }, (_, rank) => joinSocketRing({ ...join, rank }))))
}

export function memoryRing(worldSize: number, deadlineMs = timeoutMs): ProcessGroup[] {
  return closedAtEnd(createMemoryRing(worldSize, deadlineMs))
}

export function closedAtEnd(groups: ProcessGroup[]): ProcessGroup[] {
  onTestFinished(() => {
    for (const group of groups) group.close()
  })
  return groups
}

export const groupKinds: GroupKind[] = [
  { name: 'single', worldSize: 1, create: () => Promise.resolve([singleProcessGroup()]) },
  ...[1, 2, 3, 4].map((worldSize) => ({
    name: `memory ring of ${worldSize}`,
    worldSize,
    create: () => Promise.resolve(memoryRing(worldSize)),
  })),
  ...[1, 2, 3, 4].map((worldSize) => ({ name: `socket ring of ${worldSize}`, worldSize, create: () => socketRing(worldSize) })),
]

/** What the promise rejects with, which must be a `LabError`. */
export async function labError(promise: Promise<unknown>): Promise<LabErrorInfo> {
  try {
    await promise
  } catch (error) {
    if (error instanceof LabError) return error.info
    throw error
  }
  throw new Error('a LabError was expected, but nothing was thrown')
}
