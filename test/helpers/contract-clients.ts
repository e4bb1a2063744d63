/** A real lab in a directory of its own, reached over each of the transports: what holds on one must hold on the other. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { WebSocket } from 'ws'
import { expect } from 'vitest'
import { serveOverMessagePort } from '../../electron/hosts/message-port.ts'
import { serveOverWebSocket, type ServedLab } from '../../electron/hosts/websocket.ts'
import { createLab, type Lab } from '../../electron/lab/index.ts'
import { labErrorInfoSchema, type LabErrorInfo } from '../../shared/contract/errors.ts'
import type { LabContract } from '../../shared/contract/index.ts'
import { fixturePage } from './fixture-page.ts'

export type Client = ContractRouterClient<LabContract>

export interface ReachedLab {
  client: Client
  lab: Lab
  labDirectory: string
  close(): Promise<void>
}

export const transports = ['message port', 'websocket'] as const

export async function reachLab(transport: (typeof transports)[number]): Promise<ReachedLab> {
  const labDirectory = await mkdtemp(join(tmpdir(), 'distrinews-'))
  const lab = await createLab({ labDirectory })
  const connection = transport === 'message port' ? overMessagePort(lab) : await overWebSocket(lab)
  return {
    client: connection.client,
    lab,
    labDirectory,
    close: async () => {
      await connection.close()
      await lab.close()
      await rm(labDirectory, { recursive: true, force: true })
    },
  }
}

function overMessagePort(lab: Lab): { client: Client; close(): void } {
  const { port1, port2 } = new MessageChannel()
  serveOverMessagePort(lab.router, port1 as unknown as MessagePort)
  const link = new PortLink({ port: port2 as unknown as MessagePort })
  port2.start()
  return { client: createORPCClient(link), close: () => port2.close() }
}

async function overWebSocket(lab: Lab): Promise<{ client: Client; close(): Promise<void> }> {
  const served = await serve(lab)
  const socket = new WebSocket(`ws://127.0.0.1:${served.port}/rpc`, [`distrinews.bearer.${served.token}`])
  return { client: createORPCClient(new SocketLink({ websocket: socket as unknown as globalThis.WebSocket })), close: () => served.close() }
}

export async function serve(lab: Lab, port = 0, rendererDirectory = fixturePage): Promise<ServedLab> {
  return serveOverWebSocket({ router: lab.router, rendererDirectory, port })
}

/** The typed error that `call` fails with. */
export async function labErrorOf(call: Promise<unknown>): Promise<LabErrorInfo> {
  const error: unknown = await call.then(
    () => expect.fail('the call should have failed'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ORPCError)
  const { code, defined, data } = error as ORPCError<string, unknown>
  expect({ code, defined }).toEqual({ code: 'LAB', defined: true })
  return labErrorInfoSchema.parse(data)
}
