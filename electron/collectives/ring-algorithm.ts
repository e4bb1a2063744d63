/**
 * Ring all-reduce, broadcast and barrier over any transport. Rank r sends to r + 1 and receives from r - 1, always.
 *
 * All-reduce: `data` is cut into worldSize segments. In round k, rank r sends segment r - k and receives segment
 * r - k - 1 (mod worldSize). In the first worldSize - 1 rounds it adds what arrives to its own (reduce-scatter: then
 * each segment's full sum lives on one rank), in the other worldSize - 1 it overwrites (all-gather). So each rank
 * sends 2 (N - 1) / N of the data, whatever N, each segment is summed in one order on one rank, and all ranks end
 * with the same bits. What arrives in round k leaves in round k + 1: segments travel in chunks, and a chunk is
 * passed on as soon as it is there (a pipeline), not when its whole segment is.
 *
 * Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations", 2009.
 */
import type { LabError } from '../../shared/contract/errors.ts'
import { addWithChecksums, bytesOf, checksumOf } from '../kernels/checksum.ts'
import { scratchLength } from '../kernels/index.ts'
import type { FrameHeader } from './frame.ts'

/**
 * Makes use of a payload that has just arrived and returns its checksum: one pass for both. It may turn out to be
 * damaged only then; the group breaks, and what was made of it is never used.
 */
export type TakePayload = (payload: Uint8Array) => bigint

/** A call of `receive` that waits for its frame. */
export interface WantedFrame {
  expected: FrameHeader
  target: Uint8Array
  take: TakePayload
  arrived: (checksum: bigint) => void
  failed: (reason: unknown) => void
}

/** One rank's two connections. Frames arrive in the order they were sent. */
export interface RingTransport {
  readonly rank: number
  readonly worldSize: number
  /** To the right neighbour. Settles when the payload's memory may be written again. */
  send(header: FrameHeader, payload: Uint8Array, checksum: bigint): Promise<void>
  /**
   * The next frame of the left neighbour, its payload written straight into `target`. Rejects unless its header equals
   * `expected` and its checksums hold. Returns the payload's checksum, with which it may be forwarded unread.
   */
  receive(expected: FrameHeader, target: Uint8Array, take: TakePayload): Promise<bigint>
  readonly payloadBytesSent: number
  /** The neighbour for which a call above is waiting: the one that has not sent, or else the one that does not take. */
  readonly awaitedPeer: number
  /** Rejects all calls, waiting and future, with `reason` and tells it to both neighbours. */
  abort(reason: LabError): void
  /** As `abort`, but the neighbours only see the connection end. */
  close(reason: LabError): void
}

/** A frame's header without what the algorithm fills in. */
export type CollectiveHeader = Omit<FrameHeader, 'round' | 'chunk' | 'payloadLength' | 'sourceRank'>

export interface RingRound {
  round: number
  phase: 'reduceScatter' | 'allGather'
  /** Index of the segment that goes to the right neighbour. */
  sends: number
  /** Index of the segment that comes from the left neighbour. */
  receives: number
}

// region schedule
/** What `rank` does in each round of an all-reduce. */
export function ringSchedule(rank: number, worldSize: number): RingRound[] {
  const segment = (index: number): number => ((index % worldSize) + worldSize) % worldSize
  return Array.from({ length: 2 * (worldSize - 1) }, (_, round) => ({
    round,
    phase: round < worldSize - 1 ? 'reduceScatter' : 'allGather',
    sends: segment(rank - round),
    receives: segment(rank - round - 1),
  }))
}
// endregion

/** First and one-past-last index of one of `worldSize` almost equal segments of `length` elements. */
export function segmentRange(length: number, worldSize: number, segment: number): [start: number, end: number] {
  return [Math.floor((length * segment) / worldSize), Math.floor((length * (segment + 1)) / worldSize)]
}

const chunkFloats = scratchLength
const chunkBytes = chunkFloats * Float32Array.BYTES_PER_ELEMENT
/** Frames handed to the transport before the first of them is gone: the next one need not wait for a wake-up. */
const framesInFlight = 3

interface Piece {
  round: number
  chunk: number
  start: number
  end: number
}

function pieces(round: number, start: number, end: number, size: number): Piece[] {
  return Array.from({ length: Math.ceil((end - start) / size) }, (_, chunk) => ({
    round,
    chunk,
    start: start + chunk * size,
    end: Math.min(end, start + (chunk + 1) * size),
  }))
}

function frameHeader(
  transport: RingTransport,
  collective: CollectiveHeader,
  piece: Piece,
  payload: Uint8Array,
  fromLeft: boolean,
): FrameHeader {
  const { rank, worldSize } = transport
  const sourceRank = fromLeft ? (rank + worldSize - 1) % worldSize : rank
  return { ...collective, round: piece.round, chunk: piece.chunk, sourceRank, payloadLength: payload.byteLength }
}

/** Sums `data` over all ranks, in place. `scratch` holds what arrives before it is added. */
export async function ringAllReduce(
  transport: RingTransport,
  collective: CollectiveHeader,
  data: Float32Array,
  scratch: Float32Array,
): Promise<void> {
  const { rank, worldSize } = transport
  const rounds = ringSchedule(rank, worldSize)
  const piecesOf = (round: number, segment: number): Piece[] => pieces(round, ...segmentRange(data.length, worldSize, segment), chunkFloats)
  const own = piecesOf(0, rank)
  const arriving = rounds.flatMap(({ round, receives }) => piecesOf(round, receives))
  const bytes = (piece: Piece): Uint8Array => bytesOf(data.subarray(piece.start, piece.end))

  const receive = async (piece: Piece): Promise<bigint> => {
    const isLast = piece.round >= worldSize - 1
    if (isLast) return transport.receive(frameHeader(transport, collective, piece, bytes(piece), true), bytes(piece), checksumOf)
    const addend = scratch.subarray(0, piece.end - piece.start)
    const target = bytesOf(addend)
    let ofSums = 0n
    await transport.receive(frameHeader(transport, collective, piece, target, true), target, () => {
      const checksums = addWithChecksums(data.subarray(piece.start, piece.end), addend)
      ofSums = checksums.ofSums
      return checksums.ofAddend
    })
    return ofSums
  }
  const arrivals = inOrder(arriving, receive)

  const send = async (): Promise<void> => {
    const sent: Promise<void>[] = []
    const post = async (piece: Piece, checksum: bigint): Promise<void> => {
      await sent.at(-framesInFlight)
      sent.push(transport.send(frameHeader(transport, collective, piece, bytes(piece), false), bytes(piece), checksum))
      // Heard of where it is awaited.
      sent.at(-1)!.catch(() => undefined)
    }
    for (const piece of own) await post(piece, checksumOf(bytes(piece)))
    const lastRound = rounds.length - 1
    for (const [index, piece] of arriving.entries()) {
      if (piece.round === lastRound) break
      await post({ ...piece, round: piece.round + 1 }, await arrivals[index])
    }
    await Promise.all(sent)
  }
  await Promise.all([arrivals.at(-1), send()])
}

/** Copies `data` from `root` to every rank: once round the ring, in chunks; the rank left of the root sends nothing. */
export async function ringBroadcast(transport: RingTransport, collective: CollectiveHeader, data: Uint8Array, root: number): Promise<void> {
  const { rank, worldSize } = transport
  const distance = (rank - root + worldSize) % worldSize
  const chunks = pieces(0, 0, data.byteLength, chunkBytes)
  const bytes = (piece: Piece): Uint8Array => data.subarray(piece.start, piece.end)
  const receive = (piece: Piece): Promise<bigint> =>
    transport.receive(frameHeader(transport, collective, piece, bytes(piece), true), bytes(piece), checksumOf)
  const arrivals = distance === 0 ? [] : inOrder(chunks, receive)

  const send = async (): Promise<void> => {
    if (distance === worldSize - 1) return
    for (const [index, piece] of chunks.entries()) {
      const checksum = distance === 0 ? checksumOf(bytes(piece)) : await arrivals[index]
      await transport.send(frameHeader(transport, collective, piece, bytes(piece), false), bytes(piece), checksum)
    }
  }
  await Promise.all([arrivals.at(-1), send()])
}

/** After worldSize - 1 rounds of empty frames, news of every rank has gone all the way round. */
export async function ringBarrier(transport: RingTransport, collective: CollectiveHeader): Promise<void> {
  const nothing = new Uint8Array(0)
  for (let round = 0; round < transport.worldSize - 1; round++) {
    const piece = { round, chunk: 0, start: 0, end: 0 }
    await Promise.all([
      transport.receive(frameHeader(transport, collective, piece, nothing, true), nothing, checksumOf),
      transport.send(frameHeader(transport, collective, piece, nothing, false), nothing, 0n),
    ])
  }
}

/** Starts each action when the one before it has ended; a failure fails all that follow. */
function inOrder<T, R>(items: readonly T[], action: (item: T) => Promise<R>): Promise<R>[] {
  let previous: Promise<unknown> = Promise.resolve()
  return items.map((item) => {
    const result = previous.then(() => action(item))
    previous = result
    return result
  })
}
