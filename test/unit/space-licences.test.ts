/** What goes along with a Space brings its licence, or the build fails. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'
import { expect, test } from 'vitest'
import { licences } from '../../scripts/vite/licences.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

async function bundle(about: Record<string, string>, files: Record<string, string> = {}): Promise<string> {
  const root = await temporaryDirectory()
  const folder = join(root, 'node_modules', 'dependency')
  await mkdir(folder, { recursive: true })
  const all = {
    'index.js': 'export const one = 1',
    'package.json': JSON.stringify({ name: 'dependency', version: '1.2.3', type: 'module', ...about }),
    ...files,
  }
  for (const [name, text] of Object.entries(all)) await writeFile(join(folder, name), text)
  await writeFile(join(root, 'entry.js'), `export * from 'dependency'`)
  const rollupOptions = { input: join(root, 'entry.js'), preserveEntrySignatures: 'strict' as const }
  const built = await build({ root, configFile: false, logLevel: 'silent', plugins: [licences()], build: { write: false, rollupOptions } })
  const { output } = built as { output: { fileName: string; source?: string | Uint8Array }[] }
  return String(output.find(({ fileName }) => fileName === 'licences.txt')!.source)
}

test('every package in the bundle is listed with the text of its licence', async () => {
  const text = await bundle({ license: 'MIT' }, { LICENSE: 'Do what you like.' })
  expect(text).toContain('dependency 1.2.3 (MIT)\n\nDo what you like.')
})

test('a package that says nothing of its licence fails the build', async () => {
  await expect(bundle({})).rejects.toThrow('says nothing of its licence')
})
