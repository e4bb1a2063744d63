/**
 * Entry of the desktop application: one instance, one lab, one window. What Electron demands before it is ready comes
 * first; quitting waits until the lab has stopped its run and saved it. `npm start` hears 'ready' over IPC.
 */
import { app, BrowserWindow, dialog, session } from 'electron'
import { toLabErrorInfo } from '../shared/contract/errors.ts'
import { installMenu } from './desktop/menu.ts'
import { handOutPorts } from './desktop/page-port.ts'
import { printPdf } from './desktop/print-pdf.ts'
import { registerPageScheme, servePage } from './desktop/protocol.ts'
import { confineAllContents, denyPermissions } from './desktop/security.ts'
import { openWindow } from './desktop/window.ts'
import { createLab } from './lab/index.ts'
import { labDirectory, preloadFile, rendererDirectory } from './paths.ts'

registerPageScheme()
confineAllContents()

if (app.requestSingleInstanceLock()) void run().catch(giveUp)
else app.quit()

async function run(): Promise<void> {
  app.on('second-instance', showWindow)
  app.on('activate', showWindow)
  app.on('window-all-closed', () => app.quit())
  await app.whenReady()
  process.send?.('ready')

  const lab = await createLab({ labDirectory: labDirectory(), printPdf })
  quitAfter(() => lab.close())
  denyPermissions(session.defaultSession)
  servePage(session.defaultSession.protocol, rendererDirectory)
  handOutPorts(lab.router)
  installMenu()
  await openWindow(preloadFile)
}

/** Holds quitting back until `close` is done, once; a second request while it works changes nothing. */
function quitAfter(close: () => Promise<void>): void {
  let closing = false
  app.on('will-quit', (event) => {
    event.preventDefault()
    if (closing) return
    closing = true
    close().then(() => app.exit(0), giveUp)
  })
}

function showWindow(): void {
  const [window] = BrowserWindow.getAllWindows()
  if (window?.isMinimized()) window.restore()
  window?.focus()
}

function giveUp(error: unknown): void {
  const { title, cause, suggestion } = toLabErrorInfo(error)
  dialog.showErrorBox(title, `${cause}\n\n${suggestion}`)
  app.exit(1)
}
