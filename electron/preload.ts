/**
 * Runs in the sandboxed page before it, and does one thing: when the page says that it is ready, it asks the main process
 * for a port to the lab and passes that port on. It exposes no API and no Electron object to the page.
 */
import { ipcRenderer } from 'electron'

window.addEventListener('message', (event) => {
  if (event.source === window && event.data === 'distrinews:ready') ipcRenderer.send('distrinews:ready')
})

ipcRenderer.on('distrinews:port', (event) => {
  window.postMessage('distrinews:port', location.origin, event.ports)
})
