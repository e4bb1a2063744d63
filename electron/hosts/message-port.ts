/**
 * Serves the contract over one MessagePort: Electron's MessagePortMain in the desktop window, Node's own in tests. Whoever
 * holds the other end may call, so the port must be handed to the lab's own page only.
 */
import type { SupportedMessagePort } from '@orpc/client/message-port'
import { RPCHandler } from '@orpc/server/message-port'
import type { LabRouter } from '../lab/index.ts'

/** Answers calls that arrive on `port` until it closes; streams under way end with it. */
export function serveOverMessagePort(router: LabRouter, port: SupportedMessagePort & { start(): void }): void {
  new RPCHandler(router).upgrade(port)
  port.start()
}
