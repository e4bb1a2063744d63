/**
 * Hands the page its port to the lab. The page asks each time it is loaded; only the top frame of our own page is
 * answered. A new port replaces the former one, which closes with the page that held it.
 */
import { ipcMain, MessageChannelMain } from 'electron'
import { serveOverMessagePort } from '../hosts/message-port.ts'
import type { LabRouter } from '../lab/index.ts'
import { isOwnPage } from './security.ts'

export function handOutPorts(router: LabRouter): void {
  ipcMain.on('distrinews:ready', (event) => {
    const frame = event.senderFrame
    if (!frame || frame.parent !== null || !isOwnPage(frame.url)) return
    const { port1, port2 } = new MessageChannelMain()
    serveOverMessagePort(router, port1)
    event.sender.postMessage('distrinews:port', null, [port2])
  })
}
