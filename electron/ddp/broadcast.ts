/**
 * Training begins with the same parameters on every rank and, as all ranks apply the same update, keeps them the same.
 * Both halves of that sentence are checked here rather than believed.
 */
import { LabError } from '../../shared/contract/errors.ts'
import type { CollectiveContext, ProcessGroup } from '../collectives/process-group.ts'
import { bytesOf, digestOf } from './digest.ts'

// region broadcast
/** Collective. Overwrites `parameters` with rank 0's and verifies that all ranks hold them. Returns their SHA-256. */
export async function broadcastParameters(group: ProcessGroup, parameters: Float32Array): Promise<string> {
  await group.broadcast(bytesOf(parameters), 0, { step: 0, bucket: 0 })
  return verifySameParameters(group, parameters, 0)
}
// endregion

/** Collective. Returns the SHA-256 of what all hold; throws COLLECTIVE_DESYNC on every rank, naming those that differ from rank 0. */
export async function verifySameParameters(group: ProcessGroup, parameters: Float32Array, step: number): Promise<string> {
  const own = Buffer.from(digestOf(parameters), 'hex')
  const digests: Buffer[] = []
  for (let root = 0; root < group.worldSize; root++) {
    const digest = Buffer.from(own)
    const context: CollectiveContext = { step, bucket: root }
    await group.broadcast(digest, root, context)
    digests.push(digest)
  }
  const different = digests.flatMap((digest, rank) => (digest.equals(digests[0]) ? [] : [rank]))
  if (different.length === 0) return own.toString('hex')
  throw new LabError({
    code: 'COLLECTIVE_DESYNC',
    title: `The ranks no longer hold the same parameters at step ${step}`,
    cause: `The parameters of rank ${different.join(', ')} are not those of rank 0 (SHA-256 ${digests[0].toString('hex').slice(0, 12)}).`,
    suggestion: 'Resume from the last checkpoint; if it happens again, report it: the ranks computed different updates.',
  })
}
