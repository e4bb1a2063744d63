/** The connection between two ranks is cut at random frames, and strangers call at the ring's address. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { headerBytes } from '../../electron/collectives/frame.ts'
import type { ProcessGroup } from '../../electron/collectives/process-group.ts'
import { addressOf } from '../../electron/collectives/rendezvous.ts'
import { joinSocketRing } from '../../electron/collectives/socket-ring.ts'
import { LabError } from '../../shared/contract/errors.ts'
import { all, type Effort, type Fault, type Figure, none, within } from './fault.ts'
import { Random } from './random.ts'
import { inTemporaryDirectory } from './temporary.ts'
import { onWire, reduceOnBoth, streamLength, values } from './wire.ts'

/** All-reduce after all-reduce until it fails; when and how. */
async function untilFailure(group: ProcessGroup): Promise<{ atMs: number; error: unknown }> {
  try {
    for (let step = 0; ; step++) await group.allReduce(new Float32Array(values).fill(1), { step, bucket: 0 })
  } catch (error) {
    return { atMs: performance.now(), error }
  }
}

/** `dead`: nothing is delivered any more, but the connection stays; only the deadline of the collective is left. */
async function cuts({ long, seed }: Effort, manner: 'cut' | 'dead'): Promise<Figure[]> {
  const random = new Random(seed)
  const count = manner === 'dead' ? 2 : long ? 100 : 20
  const perStep = (await streamLength()) - headerBytes
  const times: number[] = []
  const wrong: string[] = []
  for (let trial = 0; trial < count; trial++) {
    // Somewhere in the first twenty steps: between frames, within a header, within a payload.
    const cutAt = headerBytes + random.below(20 * perStep)
    let cutMs = 0
    await onWire(
      (data, offset) => {
        if (offset + data.length <= cutAt) return [data]
        cutMs ||= performance.now()
        return manner === 'cut' ? null : []
      },
      async (groups) => {
        for (const { atMs, error } of await Promise.all(groups.map(untilFailure))) {
          times.push(atMs - cutMs)
          if (!(error instanceof LabError) || error.info.code !== 'RANK_FAILED') wrong.push(`cut at byte ${cutAt}: ${String(error)}`)
        }
      },
      1_500,
    )
  }
  return [
    none('ends of cut connections without a typed error', 2 * count, wrong),
    within('from the cut to the error, on both ends', 1_000, times),
  ]
}

const strangers: readonly (string | Buffer)[] = [
  'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}',
  Buffer.alloc(4096, 0xff),
  Buffer.from('DRNG'),
  '',
]

/** Strangers call while rank 0 waits for rank 1, and while the two work. */
async function strays({ long }: Effort): Promise<Figure[]> {
  const rounds = long ? 20 : 3
  let right = 0
  let dropped = 0
  for (let round = 0; round < rounds; round++) {
    await inTemporaryDirectory(async (directory) => {
      const join = { worldSize: 2, attempt: 'test', directory, timeoutMs: 10_000 }
      const first = joinSocketRing({ ...join, rank: 0 })
      while (addressOf(directory, 0) === null) await delay(5)
      await delay(50)
      const callers = strangers.map((bytes) => {
        const socket = connect(addressOf(directory, 0)!)
        socket.on('error', () => socket.destroy())
        socket.resume().write(bytes)
        return { socket, closed: once(socket, 'close').catch(() => undefined) }
      })
      await delay(50)
      const groups = await Promise.all([first, joinSocketRing({ ...join, rank: 1 })])
      const results = await reduceOnBoth(groups)
      if (results.every(({ sums, error }) => error === null && sums.every((sum) => sum === 3))) right++
      for (const { socket, closed } of callers) {
        await Promise.race([closed, delay(500)])
        if (socket.destroyed || socket.readableEnded) dropped++
        socket.destroy()
      }
      for (const group of groups) group.close()
    })
  }
  return [
    all('rings with strangers at the door that summed as they should', right, rounds),
    all('strangers dropped', dropped, rounds * strangers.length),
  ]
}

export const cutWires: Fault = {
  name: 'cut-wires',
  title: 'Socket cut at 100 random frames; stray HTTP on the ring',
  run: async (effort) => [...(await cuts(effort, 'cut')), ...(await strays(effort))],
  withoutGuard: { what: 'an end of the connection that nobody notices', run: (effort) => cuts(effort, 'dead') },
}
