/** How much the HTTP API of a model lets anybody ask of it. What goes beyond is refused and harms nobody else. */
export const servingLimits = {
  /** From the connection to the end of the request's headers. */
  headersMs: 5_000,
  /** To the end of the whole request. */
  requestMs: 10_000,
  /** How often these two are looked at. */
  checkMs: 1_000,
  /** From the request to its answer. Then it is taken out of the queue. */
  answerMs: 30_000,
  /** A connection without a request. Longer than clients' usual pools keep one, so that it is they who close it. */
  keepAliveMs: 65_000,
  /** For what is in flight when the server is asked to stop. */
  drainMs: 10_000,
  headerBytes: 16 * 1024,
  bodyBytes: 1024 * 1024,
  connections: 4_096,
  textCharacters: 20_000,
  textsPerRequest: 100,
  /** Texts that wait for their answer, of all requests. */
  queuedTexts: 4_096,
} as const
