/** A tampered wire between two ranks for the time of `work`. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProcessGroup } from '../../electron/collectives/process-group.ts'
import { openTamperedWire, type Tamper } from '../helpers/tampered-wire.ts'
import { inTemporaryDirectory } from './temporary.ts'

export const step12 = { step: 12, bucket: 3 }
export const values = 256

export async function onWire<T>(tamper: Tamper, work: (groups: ProcessGroup[]) => Promise<T>, deadlineMs = 5_000): Promise<T> {
  return inTemporaryDirectory(async (directory) => {
    const directories = [join(directory, '0'), join(directory, '1')] as const
    for (const path of directories) await mkdir(path)
    const wire = await openTamperedWire(directories, tamper, deadlineMs)
    try {
      return await work(wire.groups)
    } finally {
      wire.close()
    }
  })
}

/** One all-reduce on both ranks: rank r contributes r + 1 everywhere, so that every sum must be 3. */
export async function reduceOnBoth(groups: readonly ProcessGroup[]): Promise<{ sums: Float32Array; error: unknown }[]> {
  return Promise.all(
    groups.map(async (group) => {
      const sums = new Float32Array(values).fill(group.rank + 1)
      const error: unknown = await group.allReduce(sums, step12).then(
        () => null,
        (reason: unknown) => reason,
      )
      return { sums, error }
    }),
  )
}

/** Bytes from rank 0 to rank 1 in one all-reduce, the greeting included. */
export async function streamLength(): Promise<number> {
  let length = 0
  await onWire(
    (data, offset) => {
      length = offset + data.length
      return [data]
    },
    (groups) => reduceOnBoth(groups),
  )
  return length
}
