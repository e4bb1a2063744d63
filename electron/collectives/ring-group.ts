/**
 * The process group on a ring: runs one collective at a time in the order of the calls, numbers them, gives each a
 * deadline, and breaks for good at the first failure, because ranks that disagree about what was sent cannot agree on
 * what comes next. It knows no transport.
 */
import { LabError, toLabErrorInfo } from '../../shared/contract/errors.ts'
import { kernelsOf, scratchLength } from '../kernels/index.ts'
import { collectiveTimeout, connectionLost, groupClosed, PeerLost } from './errors.ts'
import type { FrameKind } from './frame.ts'
import type { CollectiveContext, ProcessGroup } from './process-group.ts'
import { ringAllReduce, ringBarrier, ringBroadcast, type CollectiveHeader, type RingTransport } from './ring-algorithm.ts'

const spokenNames: Partial<Record<FrameKind, string>> = { allReduce: 'all-reduce', broadcast: 'broadcast', barrier: 'barrier' }

/** A deadline is counted in ticks, not read off a clock: a laptop's sleep is one tick, not a peer's fault. */
const ticksPerDeadline = 10

export interface RingGroupOptions {
  transport: RingTransport
  attempt: bigint
  /** For each collective, from the moment it is this one's turn. */
  timeoutMs: number
}

export class RingProcessGroup implements ProcessGroup {
  readonly rank: number
  readonly worldSize: number
  private readonly options: RingGroupOptions
  /** For data outside the kernels' memories. */
  private readonly plainScratch = new Float32Array(scratchLength)
  private sequence = 0
  /** Ends when the collectives called so far have ended, well or not. */
  private previous: Promise<unknown> = Promise.resolve()
  private failure: LabError | null = null

  constructor(options: RingGroupOptions) {
    this.options = options
    this.rank = options.transport.rank
    this.worldSize = options.transport.worldSize
  }

  get payloadBytesSent(): number {
    return this.options.transport.payloadBytesSent
  }

  allReduce(data: Float32Array, context: CollectiveContext): Promise<void> {
    return this.enqueue('allReduce', context, (transport, header) =>
      ringAllReduce(transport, header, data, kernelsOf(data.buffer)?.scratch ?? this.plainScratch),
    )
  }

  broadcast(data: Uint8Array, root: number, context: CollectiveContext): Promise<void> {
    return this.enqueue('broadcast', context, (transport, header) => ringBroadcast(transport, header, data, root))
  }

  barrier(context: CollectiveContext): Promise<void> {
    return this.enqueue('barrier', context, ringBarrier)
  }

  close(): void {
    this.failure ??= groupClosed(this.rank)
    this.options.transport.close(this.failure)
  }

  private enqueue(
    kind: FrameKind,
    context: CollectiveContext,
    collective: (transport: RingTransport, header: CollectiveHeader) => Promise<void>,
  ): Promise<void> {
    const { attempt, transport } = this.options
    const header = { kind, attempt, ...context, sequence: this.sequence++, worldSize: this.worldSize }
    const result = this.previous.then(() => this.perform(header, () => collective(transport, header)))
    // The caller hears of a failure through `result`; here only the order counts.
    this.previous = result.catch(() => undefined)
    return result
  }

  private async perform(header: CollectiveHeader, collective: () => Promise<void>): Promise<void> {
    if (this.failure) throw this.failure
    const { transport, timeoutMs } = this.options
    const during = `${spokenNames[header.kind]}, step ${header.step}`
    let ticksLeft = ticksPerDeadline
    const deadline = setInterval(() => {
      if (--ticksLeft === 0) this.fail(collectiveTimeout(transport.awaitedPeer, during, timeoutMs))
    }, timeoutMs / ticksPerDeadline)
    try {
      await collective()
    } catch (error) {
      if (error instanceof PeerLost) throw this.fail(connectionLost(error, during))
      throw this.fail(error instanceof LabError ? error : new LabError(toLabErrorInfo(error), { cause: error }))
    } finally {
      clearInterval(deadline)
    }
  }

  /** Breaks the group; the first failure is the one that counts and is returned. */
  private fail(error: LabError): LabError {
    if (!this.failure) {
      this.failure = error
      this.options.transport.abort(error)
    }
    return this.failure
  }
}
