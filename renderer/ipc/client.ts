/**
 * The typed client of the lab: `lab.runs.start(…)`. Owns the connection for the page's whole life: opens it,
 * notices its loss, opens it again with growing pauses, and tells listeners. A call while there is no
 * connection fails at once, it does not hang.
 */
import { createORPCClient, DynamicLink } from '@orpc/client'
import type { ClientContext } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import type { LabContract } from '../../shared/contract/index.ts'
import { addressHasToken } from './token.ts'
import { ConnectionRefused, openConnection } from './transport.ts'
import type { Connection, RefusalReason } from './transport.ts'

export interface ConnectionState {
  status: 'connecting' | 'open' | 'lost'
  /** Why the last attempt failed, while there is no connection. */
  refusal: RefusalReason | null
  /** Counts connections: another number is another connection. */
  generation: number
}

export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
}

const pausesMs = [300, 600, 1200, 2500, 5000]
let connection: Connection | null = null
let state: ConnectionState = { status: 'connecting', refusal: null, generation: 0 }
const listeners = new Set<(state: ConnectionState) => void>()
let wake: (() => void) | null = null

export const lab: ContractRouterClient<LabContract> = createORPCClient(
  new DynamicLink<ClientContext>(() => {
    if (connection === null) throw new ConnectionLost('There is no connection to the lab.')
    return connection.link
  }),
)

/** Calls `listener` now and at every change. */
export function onConnection(listener: (state: ConnectionState) => void): void {
  listeners.add(listener)
  listener(state)
}

function change(next: ConnectionState): void {
  state = next
  for (const listener of listeners) listener(state)
}

/** Keeps the page connected for as long as it lives. */
export async function stayConnected(): Promise<never> {
  window.addEventListener('hashchange', () => {
    if (!addressHasToken()) return
    connection?.close()
    wake?.()
  })
  for (let failures = 0; ;) {
    try {
      connection = await openConnection()
      failures = 0
      change({ status: 'open', refusal: null, generation: state.generation + 1 })
      await connection.closed
      connection = null
      change({ ...state, status: 'lost' })
    } catch (error) {
      if (!(error instanceof ConnectionRefused)) throw error
      failures += 1
      change({ ...state, status: 'lost', refusal: error.reason })
      await pause(pausesMs[Math.min(failures, pausesMs.length) - 1] ?? 5000)
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    wake = () => {
      clearTimeout(timer)
      resolve()
    }
  })
}
