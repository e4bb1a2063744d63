/** The typed client of a served lab, as the page has it. */
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { WebSocket } from 'ws'
import type { ServedLab } from '../../electron/hosts/websocket.ts'
import type { LabContract } from '../../shared/contract/index.ts'

export async function openClient({
  port,
  token,
}: Pick<ServedLab, 'port' | 'token'>): Promise<{ client: ContractRouterClient<LabContract>; close(): void }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, [`distrinews.bearer.${token}`])
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const client: ContractRouterClient<LabContract> = createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }))
  return { client, close: () => socket.terminate() }
}
