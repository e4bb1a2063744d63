/**
 * Lessons show the very code that runs: `import shares from 'code:electron/ddp/sampler.ts#shares'` is the text between
 * `// region shares` and `// endregion` of that file, read when the page is built. A file or a region that is not there
 * fails the build, so a lesson cannot go on showing what is no longer done.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Plugin } from 'vite'
import type { CodeRegion } from '../../renderer/lessons/code-region.ts'

const opens = /^\s*(?:\/\/|#) region (\S+)\s*$/
const closes = /^\s*(?:\/\/|#) endregion\b/

/** The region `name` of `source`. Regions may lie in one another; the inner ones' markers are left out. Throws where it is not there once. */
export function readRegion(source: string, path: string, name: string): CodeRegion {
  const lines = source.split('\n')
  const starts = lines.flatMap((line, index) => (opens.exec(line)?.[1] === name ? [index] : []))
  if (starts.length !== 1) throw new Error(`${path} has ${starts.length} regions named "${name}", not one`)
  const start = starts[0]! + 1
  let depth = 1
  let end = start
  for (; end < lines.length; end++) {
    if (opens.test(lines[end]!)) depth++
    else if (closes.test(lines[end]!)) depth--
    if (depth === 0) break
  }
  if (depth > 0) throw new Error(`Region "${name}" of ${path} never ends`)
  const body = lines.slice(start, end).filter((line) => !opens.test(line) && !closes.test(line))
  const text = dedent(body)
  if (text === '') throw new Error(`Region "${name}" of ${path} is empty`)
  return { path, name, line: start + 1, text }
}

function dedent(lines: readonly string[]): string {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length)
  const shared = Math.min(...indents)
  return lines
    .map((line) => line.slice(shared).trimEnd())
    .join('\n')
    .replace(/^\n+|\n+$/g, '')
}

const prefix = 'code:'
/** Vite's mark of a module that is no file. */
const resolved = '\0code:'

export function codeRegions(root: string): Plugin {
  return {
    name: 'code-regions',
    enforce: 'pre',
    resolveId: (id) => (id.startsWith(prefix) ? resolved + id.slice(prefix.length) : null),
    load(id) {
      if (!id.startsWith(resolved)) return null
      const [path = '', name = ''] = id.slice(resolved.length).split('#')
      const file = resolve(root, path)
      this.addWatchFile(file)
      return `export default ${JSON.stringify(readRegion(readFileSync(file, 'utf8'), path, name))}`
    },
  }
}
