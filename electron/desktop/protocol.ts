/**
 * app://lab, the origin of the page in the window. It serves the built page from a fixed map and nothing else: there is no
 * path that leaves the folder, because paths are looked up, not joined.
 */
import { readFile } from 'node:fs/promises'
import type { Protocol } from 'electron'
import { protocol } from 'electron'
import { contentSecurityPolicy } from '../http/content-security-policy.ts'
import { mapStaticFiles } from '../hosts/static-files.ts'

const scheme = 'app'
export const pageOrigin = `${scheme}://lab`

/** Must run before the application is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }])
}

/** Serves `rendererDirectory` under `pageOrigin` in the session that `sessionProtocol` belongs to. */
export function servePage(sessionProtocol: Protocol, rendererDirectory: string): void {
  const files = mapStaticFiles(rendererDirectory)
  const headers = {
    'Content-Security-Policy': contentSecurityPolicy(),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  }
  sessionProtocol.handle(scheme, async (request) => {
    const { host, pathname } = new URL(request.url)
    const found = host === 'lab' ? files.get(pathname) : undefined
    if (request.method !== 'GET' || !found) return new Response('Not found\n', { status: 404, headers })
    return new Response(await readFile(found.file), { headers: { ...headers, 'Content-Type': found.mediaType } })
  })
}
