/**
 * Bundles a TypeScript entry into one file that a child process can run (Node 20 runs no TypeScript). Everything is
 * inlined, so that the file runs from any directory, except the packages named as `external`.
 */
import { join } from 'node:path'
import { build } from 'vite'
import { projectRoot } from '../../electron/paths.ts'

/** `entry`: path from the project's root. Returns the path of the bundle in `directory`. */
export async function bundleForNode(entry: string, directory: string, { external = [] }: { external?: string[] } = {}): Promise<string> {
  await build({
    configFile: false,
    root: projectRoot,
    logLevel: 'error',
    ssr: { noExternal: true, external },
    build: {
      ssr: join(projectRoot, entry),
      target: 'node20',
      outDir: directory,
      emptyOutDir: false,
      rolldownOptions: { output: { entryFileNames: 'bundle.mjs' } },
    },
  })
  return join(directory, 'bundle.mjs')
}
