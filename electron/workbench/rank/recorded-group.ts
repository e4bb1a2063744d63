/**
 * A process group that keeps a record of its collectives: which, when, and whether the rank came out of them again. It
 * changes nothing of what they do. A call that has waited for a while is told at once, since it may never end.
 */
import type { CollectiveContext, ProcessGroup } from '../../collectives/process-group.ts'
import { maxCollectives, type Collective } from '../../../shared/domain/workbench/program.ts'

const longWaitMs = 250

export class RecordedGroup implements ProcessGroup {
  readonly collectives: Collective[] = []
  collectiveCount = 0
  readonly #group: ProcessGroup
  readonly #nowMs: () => number
  readonly #waits: (collective: Collective) => void

  /** `waits` is called for a collective that takes long. */
  constructor(group: ProcessGroup, nowMs: () => number, waits: (collective: Collective) => void) {
    this.#group = group
    this.#nowMs = nowMs
    this.#waits = waits
  }

  get rank(): number {
    return this.#group.rank
  }

  get worldSize(): number {
    return this.#group.worldSize
  }

  get payloadBytesSent(): number {
    return this.#group.payloadBytesSent
  }

  allReduce(data: Float32Array, context: CollectiveContext): Promise<void> {
    return this.#record('allReduce', data.byteLength, context, () => this.#group.allReduce(data, context))
  }

  broadcast(data: Uint8Array, root: number, context: CollectiveContext): Promise<void> {
    return this.#record('broadcast', data.byteLength, context, () => this.#group.broadcast(data, root, context))
  }

  barrier(context: CollectiveContext): Promise<void> {
    return this.#record('barrier', 0, context, () => this.#group.barrier(context))
  }

  close(): void {
    this.#group.close()
  }

  async #record(kind: Collective['kind'], bytes: number, { step, bucket }: CollectiveContext, call: () => Promise<void>): Promise<void> {
    const collective: Collective = { kind, step, bucket, bytes, startMs: this.#nowMs(), endMs: null }
    this.collectiveCount++
    if (this.collectives.length < maxCollectives) this.collectives.push(collective)
    const timer = setTimeout(() => this.#waits(collective), longWaitMs)
    try {
      await call()
      collective.endMs = this.#nowMs()
    } finally {
      clearTimeout(timer)
    }
  }
}
