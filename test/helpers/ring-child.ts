/**
 * One rank of a test, in a process of its own: joins the ring, then does what its parent tells it and answers each
 * message with one of its own.
 */
import { crc32 } from 'node:zlib'
import type { ProcessGroup } from '../../electron/collectives/process-group.ts'
import { joinSocketRing } from '../../electron/collectives/socket-ring.ts'
import { toLabErrorInfo, type LabErrorInfo } from '../../shared/contract/errors.ts'

export type RingCommand =
  | { type: 'join'; rank: number; worldSize: number; directory: string; timeoutMs: number }
  /** All-reduce of `length` times rank + 1. */
  | { type: 'allReduce'; length: number; step: number }
  /** All-reduce after all-reduce until one fails; answers once when the first is done, and again with the failure. */
  | { type: 'allReduceForever'; length: number }

export type RingAnswer =
  /** Sent unasked, once the process listens. */
  | { type: 'started' }
  | { type: 'joined' }
  | { type: 'reduced'; first: number; allEqual: boolean; checksum: number }
  | { type: 'failed'; error: LabErrorInfo }

let group: ProcessGroup | undefined
const answer = (message: RingAnswer): boolean => process.send!(message)

async function allReduce(length: number, step: number): Promise<RingAnswer> {
  const data = new Float32Array(length).fill(group!.rank + 1)
  await group!.allReduce(data, { step, bucket: 0 })
  const checksum = crc32(new Uint8Array(data.buffer))
  return { type: 'reduced', first: data[0], allEqual: data.every((value) => value === data[0]), checksum }
}

async function obey(command: RingCommand): Promise<void> {
  switch (command.type) {
    case 'join':
      group = await joinSocketRing({ ...command, attempt: 'test' })
      answer({ type: 'joined' })
      break
    case 'allReduce':
      answer(await allReduce(command.length, command.step))
      break
    case 'allReduceForever':
      for (let step = 1; ; step++) {
        const reduced = await allReduce(command.length, step)
        if (step === 1) answer(reduced)
      }
  }
}

process.on('message', (command: RingCommand) => {
  obey(command).catch((error: unknown) => answer({ type: 'failed', error: toLabErrorInfo(error) }))
})
process.on('disconnect', () => process.exit(0))
answer({ type: 'started' })
