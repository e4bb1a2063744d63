/** What a rank knows of its peers. Implementations: ring over sockets, ring in memory, a group of one. */

/** Travels in every frame; a peer that expects another value aborts before the optimizer step. */
export interface CollectiveContext {
  /** Optimizer step the collective belongs to; 0 before training. */
  step: number
  /** Bucket index; 0 where there are none. */
  bucket: number
}

// region process-group
export interface ProcessGroup {
  readonly rank: number
  readonly worldSize: number
  /** Sums `data` element-wise over all ranks, in place; every rank ends with the same bits. */
  allReduce(data: Float32Array, context: CollectiveContext): Promise<void>
  /** Overwrites `data` on every rank with that of `root`. Same length everywhere. */
  broadcast(data: Uint8Array, root: number, context: CollectiveContext): Promise<void>
  /** Returns when every rank has come here. */
  barrier(context: CollectiveContext): Promise<void>
  /** Payload bytes sent so far by this rank. */
  readonly payloadBytesSent: number
  /** Ends the group; pending collectives fail. Never throws. */
  close(): void
}
// endregion
