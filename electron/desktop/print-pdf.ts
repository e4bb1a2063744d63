/**
 * PDF of a report by the browser engine of the window: a hidden window of its own loads the HTML, which forbids itself
 * scripts and network, prints it and is gone.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BrowserWindow } from 'electron'

/** `html` is a file that needs nothing else; its own style sheet says what the paper is. */
export async function printPdf(html: string): Promise<Uint8Array> {
  const directory = await mkdtemp(join(tmpdir(), 'distrinews-print-'))
  const window = new BrowserWindow({
    show: false,
    webPreferences: {
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      javascript: false,
      webviewTag: false,
      spellcheck: false,
    },
  })
  try {
    const file = join(directory, 'report.html')
    await writeFile(file, html)
    await window.loadFile(file)
    return await window.webContents.printToPDF({ preferCSSPageSize: true, printBackground: true })
  } finally {
    window.destroy()
    await rm(directory, { recursive: true, force: true })
  }
}
