/**
 * Load on a served model. Closed loop: each client sends its next request when it has its answer, so load follows the
 * server. Open loop: requests are due at fixed times whatever the server does, and latency counts from the time that was
 * due, also where a request waited for a connection: a slow server is not measured less often for being slow.
 */
import { HttpConnection, type HttpAnswer } from './http-connection.ts'

/** Percentiles are over right answers, NaN where there was none; `count` has the others too. */
export interface LoadResult {
  perSec: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
  count: number
  errors: number
}

const isRight = ({ status }: HttpAnswer): boolean => status === 200

/** Whether the answer is right. A server that closes the connection gave none. */
const isAnswered = (asked: Promise<HttpAnswer>): Promise<boolean> => asked.then(isRight, () => false)

function resultOf(latenciesMs: number[], errors: number, elapsedMs: number): LoadResult {
  const sorted = latenciesMs.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
  return {
    perSec: (1000 * sorted.length) / elapsedMs,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    count: sorted.length + errors,
    errors,
  }
}

export async function closedLoop(port: number, texts: readonly string[], clients: number, durationMs: number): Promise<LoadResult> {
  const connections = await Promise.all(Array.from({ length: clients }, () => HttpConnection.open(port)))
  const latencies: number[] = []
  let errors = 0
  const began = performance.now()
  const client = async (connection: HttpConnection, offset: number): Promise<void> => {
    for (let index = offset; performance.now() - began < durationMs; index++) {
      const sent = performance.now()
      const isOk = await isAnswered(connection.predict(texts[(index * 31) % texts.length]!))
      if (isOk) latencies.push(performance.now() - sent)
      else errors++
      // Nothing more will come of it, and nothing would hold the loop back.
      if (connection.isClosed) return
    }
  }
  await Promise.all(connections.map((connection, index) => client(connection, index * 97)))
  const elapsed = performance.now() - began
  for (const connection of connections) connection.close()
  return resultOf(latencies, errors, elapsed)
}

export async function openLoop(
  port: number,
  texts: readonly string[],
  connectionCount: number,
  perSec: number,
  durationMs: number,
): Promise<LoadResult> {
  const connections = await Promise.all(Array.from({ length: connectionCount }, () => HttpConnection.open(port)))
  const total = Math.floor((perSec * durationMs) / 1000)
  const latencies: number[] = []
  let errors = 0
  let next = 0
  const began = performance.now()
  const dueMs = (index: number): number => began + (index * 1000) / perSec
  const client = async (connection: HttpConnection): Promise<void> => {
    while (next < total) {
      const index = next++
      const wait = dueMs(index) - performance.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      // A timer may be early by a fraction of a millisecond.
      const since = Math.min(dueMs(index), performance.now())
      const isOk = await isAnswered(connection.predict(texts[(index * 31) % texts.length]!))
      if (isOk) latencies.push(performance.now() - since)
      else errors++
      if (connection.isClosed) return
    }
  }
  await Promise.all(connections.map(client))
  const elapsed = performance.now() - began
  for (const connection of connections) connection.close()
  return resultOf(latencies, errors, elapsed)
}

/** Latencies of /health, asked every `everyMs` until `until` settles. */
export async function watchHealth(port: number, until: Promise<unknown>, everyMs = 20): Promise<LoadResult> {
  const connection = await HttpConnection.open(port)
  let done = false
  const finish = (): void => void (done = true)
  until.then(finish, finish)
  const latencies: number[] = []
  let errors = 0
  const began = performance.now()
  for (let index = 0; !done; index++) {
    const due = began + index * everyMs
    const wait = due - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    const since = Math.min(due, performance.now())
    if (isRight(await connection.get('/health'))) latencies.push(performance.now() - since)
    else errors++
  }
  connection.close()
  return resultOf(latencies, errors, performance.now() - began)
}

/** All `texts` in flight at once, several on each connection. Answers in the order of the texts. */
export async function allAtOnce(port: number, texts: readonly string[], perConnection: number): Promise<HttpAnswer[]> {
  const count = Math.ceil(texts.length / perConnection)
  const connections: HttpConnection[] = []
  // A few at a time: the queue of connections that wait to be accepted is short.
  while (connections.length < count) {
    const some = Math.min(100, count - connections.length)
    connections.push(...(await Promise.all(Array.from({ length: some }, () => HttpConnection.open(port)))))
  }
  try {
    return await Promise.all(texts.map((text, index) => connections[index % count]!.predict(text)))
  } finally {
    for (const connection of connections) connection.close()
  }
}
