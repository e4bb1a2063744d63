/** Scripts that faults start as processes of their own, bundled once (Node 20 runs no TypeScript). */
import { join } from 'node:path'
import { projectRoot } from '../../electron/paths.ts'
import { build } from 'vite'

const scripts = new Map<string, Promise<string>>()

/** Path of the bundle of `test/faults/<name>.ts`. It stays in test-artifacts, and is made anew by each process that asks. */
export function childScript(name: string): Promise<string> {
  const known = scripts.get(name) ?? bundle(name)
  scripts.set(name, known)
  return known
}

async function bundle(name: string): Promise<string> {
  const outDir = join(projectRoot, 'test-artifacts', 'faults', `${name}-${process.pid}`)
  await build({
    configFile: false,
    root: projectRoot,
    logLevel: 'error',
    // tfjs-core's gradients are ESM with extensionless imports: Node cannot load them unbundled.
    ssr: { noExternal: [/@tensorflow\/tfjs-core/] },
    build: {
      ssr: join(projectRoot, 'test', 'faults', `${name}.ts`),
      target: 'node20',
      outDir,
      emptyOutDir: false,
      rolldownOptions: { output: { entryFileNames: `${name}.mjs` } },
    },
  })
  return join(outDir, `${name}.mjs`)
}
