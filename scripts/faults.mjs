/**
 * `npm run faults`: tries what happens to real processes, disks and sockets, and says how the lab bore it. --long for the
 * full numbers, --check exits 1 when a goal is missed, --prove takes each guard away and must notice, --only NAME,
 * --seed N, --json FILE, --list. See docs/faults.md.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, root, runNode } from './setup.mjs'

ensureInstalled()
await ensureBuilt()

const directory = join(root, 'test-artifacts', 'faults')
rmSync(directory, { recursive: true, force: true })
const { build } = await import('vite')
await build({
  configFile: false,
  root,
  logLevel: 'error',
  // tfjs-core's gradients are ESM with extensionless imports: Node cannot load them unbundled.
  ssr: { noExternal: [/@tensorflow\/tfjs-core/] },
  build: {
    ssr: join(root, 'test', 'faults', 'main.ts'),
    target: 'node20',
    outDir: directory,
    emptyOutDir: false,
    rolldownOptions: { output: { entryFileNames: 'main.mjs' } },
  },
})
process.exit(await runNode([join(directory, 'main.mjs'), ...process.argv.slice(2)]))
