/**
 * What the page may never do, whatever runs in it: leave its origin, open windows, embed web views, get permissions. Two
 * exceptions: writing to the clipboard, and links to few known places, which the system's browser opens.
 */
import type { Session, WebContents } from 'electron'
import { app, shell } from 'electron'
import { pageOrigin } from './protocol.ts'

/** Every web contents there will ever be. */
export function confineAllContents(): void {
  app.on('web-contents-created', (_event, contents) => confine(contents))
}

function confine(contents: WebContents): void {
  contents.setWindowOpenHandler(({ url }) => {
    if (isForBrowser(url)) void shell.openExternal(url)
    return { action: 'deny' }
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.on('will-frame-navigate', (event) => {
    if (!isOwnPage(event.url)) event.preventDefault()
  })
  contents.on('will-redirect', (event) => {
    if (!isOwnPage(event.url)) event.preventDefault()
  })
}

export function denyPermissions(session: Session): void {
  const allowed = (permission: string): boolean => permission === 'clipboard-sanitized-write'
  session.setPermissionRequestHandler((_contents, permission, callback) => callback(allowed(permission)))
  session.setPermissionCheckHandler((_contents, permission) => allowed(permission))
  session.setDevicePermissionHandler(() => false)
}

/** The lab's own servers on this machine, and the hub with its Spaces. */
export function isForBrowser(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, username, password } = new URL(url)
  if (username !== '' || password !== '') return false
  if (protocol === 'http:') return hostname === '127.0.0.1'
  return protocol === 'https:' && /^(?:huggingface\.co|[a-z0-9-]+\.hf\.space)$/.test(hostname)
}

/** Compared by scheme and host: the URL standard gives custom schemes the origin 'null'. */
export function isOwnPage(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}` === pageOrigin
}
