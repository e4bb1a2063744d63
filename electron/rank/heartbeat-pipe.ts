/**
 * The pipe by which a rank shows that it lives. Apart from the IPC channel, so that a main thread that is busy in native
 * code cannot block it.
 */

/** Milliseconds between two heartbeats of a rank. */
export const heartbeatIntervalMs = 250
/** File descriptor in the rank; one byte a beat, which says what the main thread is at. 3 is the IPC channel. */
export const heartbeatDescriptor = 4

/** A beat: the main thread is busy by itself, or waits for other ranks in a collective, and in which. */
export const beats = ['busy', 'all-reduce', 'broadcast', 'barrier'] as const
export type Beat = (typeof beats)[number]
export type Collective = Exclude<Beat, 'busy'>

/** What the heartbeat thread is given. */
export interface HeartbeatData {
  /** To be cleared away if the supervisor dies. */
  rendezvousDirectory: string
  /** One element, shared with the main thread: the place in `beats` of the one to send. */
  beat: Int32Array
}
