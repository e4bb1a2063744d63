/**
 * The page's built files, as a fixed map from URL path to file: what was not in the folder at start has no path, so no
 * request can name anything else on the disk.
 */
import { readdirSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'

export interface StaticFile {
  file: string
  mediaType: string
}

const mediaTypes: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
}

/** Paths begin with '/'; '/' itself is index.html. Files of unknown kinds are left out. */
export function mapStaticFiles(directory: string): Map<string, StaticFile> {
  const map = new Map<string, StaticFile>()
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const mediaType = mediaTypes[extname(entry.name)]
    if (!entry.isFile() || mediaType === undefined) continue
    const file = join(entry.parentPath, entry.name)
    map.set(`/${relative(directory, file).split(sep).join('/')}`, { file, mediaType })
  }
  const index = map.get('/index.html')
  if (index) map.set('/', index)
  return map
}
