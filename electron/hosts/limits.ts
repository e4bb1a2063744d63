/**
 * How much the served lab lets anybody ask of it, those who hold the token included: sizes, deadlines, how much at once. A
 * browser's page stays far below all of them; what goes beyond is refused and harms nobody else.
 */
export const limits = {
  /** From the connection to the end of the request's headers. */
  headersMs: 5_000,
  /** To the end of the whole request. */
  requestMs: 10_000,
  /** A connection on which nothing moves, in either direction. Does not apply to WebSockets. */
  idleMs: 30_000,
  /** How often deadlines are looked at. */
  checkMs: 1_000,
  headerBytes: 16 * 1024,
  /** Open connections of any kind; those of slow senders end at their deadline. */
  connections: 1_024,
  /** Answers under way at once; /health is always answered. */
  answers: 64,
  webSockets: 32,
  /** Calls of one connection that wait for their answer at once. Streams that are open do not count. */
  calls: 64,
  /** One message of any call; files come in pieces. */
  messageBytes: 1024 * 1024,
  /** What a client that does not read may leave waiting before it is dropped. */
  unreadBytes: 64 * 1024 * 1024,
} as const

/** Seconds, for the header Retry-After. */
export const retryAfterSeconds = 1
