/** Servers of the tests on free ports of loopback: how they listen, where they are, how they are closed with what hangs on them. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, createServer, type Server as NetServer } from 'node:net'
import { onTestFinished } from 'vitest'

/** Resolves with its address, which ends without a slash. */
export async function listen(server: NetServer): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return addressOf(server)
}

export const portOf = (server: NetServer): number => (server.address() as AddressInfo).port

export const addressOf = (server: NetServer): string => `http://127.0.0.1:${portOf(server)}`

/** Also ends the connections that clients have left open. */
export async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

/** A port that another program holds until the test ends. */
export async function takenPort(): Promise<number> {
  const server = createServer()
  await listen(server)
  onTestFinished(() => void server.close())
  return portOf(server)
}

/** A port on which nobody listens any more. */
export async function closedPort(): Promise<number> {
  const server = createServer()
  await listen(server)
  const port = portOf(server)
  await once(server.close(), 'close')
  return port
}
