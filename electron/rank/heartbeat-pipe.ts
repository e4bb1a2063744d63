/**
 * The pipe by which a rank shows that it lives. Apart from the IPC channel, so that a main thread that is busy in native
 * code cannot block it.
 */

/** Milliseconds between two heartbeats of a rank. */
export const heartbeatIntervalMs = 250
/** File descriptor in the rank; one byte a beat. 3 is the IPC channel. */
export const heartbeatDescriptor = 4

/** What the heartbeat thread is given. */
export interface HeartbeatData {
  /** To be cleared away if the supervisor dies. */
  rendezvousDirectory: string
}
