/**
 * What is bundled into a folder that others publish keeps its licence: `licences.txt` lists every package whose code went
 * into the bundle, with the text of its licence. A package without one fails the build.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vite'

/** `also`: packages that lie beside the bundle, by folder. */
export function licences(also: readonly string[] = []): Plugin {
  return {
    name: 'licences',
    generateBundle(_options, bundle) {
      const folders = new Set(also)
      for (const output of Object.values(bundle)) {
        if (output.type !== 'chunk') continue
        for (const id of output.moduleIds) {
          const folder = packageFolder(id)
          if (folder !== null) folders.add(folder)
        }
      }
      const texts = [...folders].map(licenceOf).sort()
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: [...new Set(texts)].join(`\n${'-'.repeat(80)}\n\n`) })
    },
  }
}

/** The folder in node_modules that a module lies in; null for our own. */
function packageFolder(id: string): string | null {
  const match = /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll('\\', '/'))
  return match ? match[1]! : null
}

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string>
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  if (license === undefined && file === undefined) throw new Error(`${name} in ${dirname(folder)} says nothing of its licence`)
  const text = file === undefined ? 'The package holds no text of its licence.' : readFileSync(join(folder, file), 'utf8').trim()
  return `${name} ${version} (${license ?? 'see below'})\n\n${text}\n`
}
