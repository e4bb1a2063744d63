/** A folder on loopback as a plain static host serves it: no headers but the type, nothing outside of the folder. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname } from 'node:path'
import { onTestFinished } from 'vitest'
import { resolveInside } from '../../electron/checkpoint/resolve-inside.ts'
import { close, listen } from './loopback.ts'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
}

export interface StaticSite {
  /** Ends with a slash. */
  url: string
  /** Paths that were asked for. */
  asked: string[]
}

/** Ends with the test. `change` may give other bytes for a path, or null: it is not there. Everything lies below `prefix`. */
export async function startStaticSite(
  folder: string,
  change: (path: string, bytes: Buffer) => Buffer | null = (_path, bytes) => bytes,
  prefix = '/',
): Promise<StaticSite> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const notThere = (): void => void response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>404</h1>')
    const whole = decodeURIComponent(request.url!.split('?')[0]!)
    if (!whole.startsWith(prefix)) return notThere()
    const path = whole.slice(prefix.length) || 'index.html'
    asked.push(path)
    readFile(resolveInside(folder, path)).then((bytes) => {
      const sent = change(path, bytes)
      if (sent === null) return notThere()
      response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream').end(sent)
    }, notThere)
  })
  const address = await listen(server)
  onTestFinished(() => close(server))
  return { url: `${address}${prefix}`, asked }
}
