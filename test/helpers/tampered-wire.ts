/**
 * A ring of two over real sockets with a man in the middle of the wire from rank 0 to rank 1: each rank has a rendezvous
 * directory of its own, and what stands there for the other rank is a proxy.
 */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ProcessGroup } from '../../electron/collectives/process-group.ts'
import { joinSocketRing } from '../../electron/collectives/socket-ring.ts'

/**
 * Gets the bytes from rank 0 to rank 1 as they come, with the offset of their first in the whole stream (which begins
 * with the `welcome` header), and returns what is to be delivered, piece by piece; null cuts the connection.
 */
export type Tamper = (data: Buffer, offset: number) => Buffer[] | null

export interface TamperedWire {
  groups: ProcessGroup[]
  close(): void
}

/** `directories`: two that exist and are empty. */
export async function openTamperedWire(directories: readonly [string, string], tamper: Tamper, deadlineMs: number): Promise<TamperedWire> {
  const proxies = [
    await proxy(join(directories[1], 'rank-0.sock'), join(directories[0], 'rank-0.sock'), tamper),
    await proxy(join(directories[0], 'rank-1.sock'), join(directories[1], 'rank-1.sock'), (data) => [data]),
  ]
  const groups = await Promise.all(
    directories.map((directory, rank) => joinSocketRing({ rank, worldSize: 2, attempt: 'test', directory, timeoutMs: deadlineMs })),
  )
  return {
    groups,
    close: () => {
      for (const group of groups) group.close()
      for (const server of proxies) server.close()
    },
  }
}

/** Flips one bit of the stream. */
export function flipBit(offset: number, bit = 0): Tamper {
  return (data, start) => {
    const copy = Buffer.from(data)
    if (offset >= start && offset < start + data.length) copy[offset - start] ^= 1 << bit
    return [copy]
  }
}

/** Delivers everything in pieces of `size` bytes. */
export const inPieces =
  (size: number): Tamper =>
  (data) =>
    Array.from({ length: Math.ceil(data.length / size) }, (_, piece) => data.subarray(piece * size, (piece + 1) * size))

async function proxy(path: string, target: string, tamper: Tamper): Promise<Server> {
  const server = createServer((dialler) => {
    const listener = connect(target)
    dialler.on('data', (data) => listener.write(data))
    endTogether(dialler, listener)
    deliver(listener, dialler, tamper)
  })
  server.listen(path)
  await once(server, 'listening')
  return server
}

function deliver(from: Socket, to: Socket, tamper: Tamper): void {
  let offset = 0
  let delivered = Promise.resolve()
  from.on('data', (data) => {
    const pieces = tamper(data, offset)
    offset += data.length
    delivered = delivered.then(async () => {
      if (pieces === null) to.destroy()
      for (const piece of pieces ?? []) {
        to.write(piece)
        await nextTurn()
      }
    })
  })
  from.on('end', () => {
    delivered = delivered.then(() => {
      to.end()
    })
  })
}

/** The way back, and errors. */
function endTogether(dialler: Socket, listener: Socket): void {
  dialler.on('error', () => listener.destroy())
  dialler.on('close', () => listener.destroySoon())
  listener.on('error', () => dialler.destroy())
}
