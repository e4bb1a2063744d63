/**
 * How two neighbours meet: the right one dials and says `hello`, the left one answers `welcome`. Both frames carry
 * attempt, rank and world size, and each side checks the other's. Whoever says anything else is dropped, noted in
 * `problems`, and the waiting goes on: a stranger on the address must not harm the job.
 */
import { connect, type NetConnectOpts, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from '../../shared/contract/errors.ts'
import { PeerLost } from './errors.ts'
import { checkHeader, decodeHeader, encodeHeader, headerBytes, type FrameHeader, type FrameKind } from './frame.ts'
import { FrameReader } from './frame-reader.ts'
import { addressOf } from './rendezvous.ts'

const retryMs = 25

export interface Meeting {
  rank: number
  worldSize: number
  attempt: bigint
  directory: string
  /** Ends the waiting; the reason is thrown. */
  cancelled: AbortSignal
  /** All sockets opened so far. */
  sockets: Set<Socket>
  /** Why connections came to nothing, each said once. */
  problems: Set<string>
}

export interface IncomingConnection {
  socket: Socket
  reader: FrameReader
}

/** Waits for the right neighbour to dial. Nothing is read from the socket it returns until it is resumed. */
export function acceptRight(meeting: Meeting, server: Server): Promise<Socket> {
  const right = (meeting.rank + 1) % meeting.worldSize
  return new Promise((resolve, reject) => {
    meeting.cancelled.addEventListener('abort', () => {
      reject(meeting.cancelled.reason as Error)
    })
    server.on('connection', (socket) => {
      meeting.sockets.add(socket)
      socket.setNoDelay()
      let received = Buffer.alloc(0)
      const read = (data: Buffer): void => {
        received = Buffer.concat([received, data])
        if (received.byteLength < headerBytes) return
        socket.off('data', read).pause()
        try {
          checkHeader(decodeHeader(received, right).header, greeting(meeting, 'hello', right), right)
          socket.write(encodeHeader(greeting(meeting, 'welcome', meeting.rank), 0n))
          resolve(socket)
        } catch (error) {
          note(meeting, error)
          socket.destroy()
        }
      }
      socket.on('data', read)
      socket.on('error', () => socket.destroy())
    })
  })
}

/** Dials the left neighbour until it answers. */
export async function dialLeft(meeting: Meeting): Promise<IncomingConnection> {
  const left = (meeting.rank + meeting.worldSize - 1) % meeting.worldSize
  for (;;) {
    meeting.cancelled.throwIfAborted()
    const address = addressOf(meeting.directory, left)
    const connection = address && (await dial(meeting, left, address))
    if (connection) return connection
    await sleep(retryMs)
  }
}

/** One attempt; null where there is no welcome. */
async function dial(meeting: Meeting, left: number, address: NetConnectOpts): Promise<IncomingConnection | null> {
  const reader = new FrameReader(left)
  const giveUp = (): void => {
    reader.end(meeting.cancelled.reason)
  }
  meeting.cancelled.addEventListener('abort', giveUp)
  const socket = connect({ ...address, onread: reader.onread })
  meeting.sockets.add(socket)
  reader.watch(socket)
  socket.setNoDelay()
  socket.write(encodeHeader(greeting(meeting, 'hello', meeting.rank), 0n))
  try {
    await reader.receive(greeting(meeting, 'welcome', left), new Uint8Array(0))
    return { socket, reader }
  } catch (error) {
    note(meeting, error)
    socket.destroy()
    return null
  } finally {
    meeting.cancelled.removeEventListener('abort', giveUp)
  }
}

function greeting(meeting: Meeting, kind: FrameKind, sourceRank: number): FrameHeader {
  const { attempt, worldSize } = meeting
  return { kind, attempt, worldSize, sourceRank, step: 0, sequence: 0, bucket: 0, round: 0, chunk: 0, payloadLength: 0 }
}

/** That nobody listens yet is no news; a refusal or a stranger is. */
function note(meeting: Meeting, error: unknown): void {
  if (error instanceof LabError) meeting.problems.add(error.info.cause)
  else if (error instanceof PeerLost && error.cause === undefined) {
    meeting.problems.add(`Rank ${error.peer} closed the connection: one of the two belongs to another attempt.`)
  }
}
