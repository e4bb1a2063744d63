/** The one window. Its page is sandboxed and isolated; it reaches the lab through the port of the preload only. */
import { BrowserWindow } from 'electron'
import { pageOrigin } from './protocol.ts'

/** Opens the window and loads the page; rejects where the page cannot be loaded. */
export async function openWindow(preload: string): Promise<BrowserWindow> {
  const window = new BrowserWindow({
    title: 'DistriNews Lab',
    width: 1280,
    height: 800,
    minWidth: 960,
    minHeight: 600,
    show: false,
    backgroundColor: '#1a1b1e',
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
    },
  })
  window.once('ready-to-show', () => window.show())
  await window.loadURL(`${pageOrigin}/`)
  return window
}
