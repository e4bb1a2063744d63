/**
 * What decides the last bits of the results besides configuration, data and seed: versions, threads, and how the gradient
 * is cut into buckets. A checkpoint remembers it; a run that goes on under another says that it is not the same to the bit.
 */
import { env as runtime } from 'onnxruntime-common'
import type { CheckpointState } from '../checkpoint/state.ts'
import type { Bucket } from '../ddp/buckets.ts'
import type { RankEnv } from './env.ts'

type Environment = CheckpointState['environment']

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

export const environmentOf = ({ threads }: RankEnv, buckets: readonly Bucket[]): Environment => ({
  versions: { node: process.versions.node, 'onnxruntime-node': runtime.versions.node ?? runtime.versions.common },
  threads,
  bucketSizes: buckets.map(({ start, end }) => end - start),
})

/** What a person should know about going on from `saved` as `now`; nothing where all is as it was. */
export function otherEnvironment(saved: CheckpointState, now: CheckpointState): string[] {
  const { versions, threads } = saved.environment
  const changes: string[] = []
  for (const [name, version] of Object.entries(now.environment.versions))
    if (versions[name] !== version) changes.push(`${name} ${version} instead of ${versions[name] ?? 'an unknown version'}`)
  if (threads !== now.environment.threads) changes.push(`${counted(now.environment.threads, 'thread')} in each rank instead of ${threads}`)
  if (saved.worldSize !== now.worldSize) changes.push(`${counted(now.worldSize, 'rank')} instead of ${saved.worldSize}`)
  else if (saved.environment.bucketSizes.join() !== now.environment.bucketSizes.join()) changes.push('other gradient buckets')
  if (changes.length === 0) return []
  return [`From step ${saved.step} on with ${changes.join(', ')}: results are not the same to the bit as without the interruption.`]
}
