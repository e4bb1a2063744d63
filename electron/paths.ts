/**
 * Where things are. The same code runs from `out/main` (built), from `electron/` (tests) and from inside an
 * asar: all of them find the project's root by its package.json.
 */
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

function findRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const file = join(directory, 'package.json')
    if (existsSync(file) && readFileSync(file, 'utf8').includes('"name": "distrinews-lab"')) return directory
    const parent = dirname(directory)
    if (parent === directory) throw new Error('package.json of distrinews-lab not found above this file')
    directory = parent
  }
}

export const projectRoot = findRoot()
export const resourcesDirectory = join(projectRoot, 'resources')
export const rendererDirectory = join(projectRoot, 'out', 'renderer')
export const preloadFile = join(projectRoot, 'out', 'preload', 'preload.cjs')
/** Kernels of the optimizer, compiled at build from `electron/kernels/assembly`. */
export const kernelsFile = join(projectRoot, 'out', 'kernels.wasm')

/** What the Spaces of a kind bring along, whatever their model. */
export const spacePartsDirectory = (kind: 'static' | 'docker'): string => join(projectRoot, 'out', 'spaces', kind)

type Entry =
  | 'rank'
  | 'workbench-rank'
  | 'probe'
  | 'heartbeat'
  | 'data-reader'
  | 'inference-worker'
  | 'export-worker'
  | 'benchmark-peak'
  | 'benchmark-load'
  | 'bench-worker'

/** Built entry of a child process or worker thread. */
export const entryFile = (name: Entry): string => join(projectRoot, 'out', 'main', `${name}.js`)

/** The lab's own directory: runs, imported data, lock. */
export const labDirectory = (): string => process.env['DISTRINEWS_HOME'] ?? join(homedir(), '.distrinews-lab')
