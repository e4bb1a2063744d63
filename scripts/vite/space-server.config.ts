/**
 * What a Docker Space runs, into out/spaces/docker: electron/serving with all that it imports, so that its image needs no
 * registry; the pages of /docs; and ONNX Runtime's binding for the machine that Spaces run on.
 */
import { cpSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { defineConfig } from 'vite'
import { licences } from './licences.ts'

const root = resolve(import.meta.dirname, '../..')
const out = join(root, 'out/spaces/docker')
const modules = join(root, 'node_modules')
/** Stay packages: a native library is found by its place. */
const runtime = ['onnxruntime-node', 'onnxruntime-common']

export default defineConfig({
  root,
  logLevel: 'warn',
  publicDir: false,
  ssr: { noExternal: true, external: runtime, target: 'node' },
  plugins: [
    licences([...runtime, '@fastify/swagger-ui'].map((name) => join(modules, name))),
    { name: 'beside-the-bundle', writeBundle: copyBeside },
  ],
  build: {
    outDir: join(out, 'server'),
    emptyOutDir: true,
    ssr: true,
    target: 'node20',
    minify: true,
    rollupOptions: {
      input: { server: 'electron/serving/container.ts', 'inference-worker': 'electron/inference/worker.ts' },
      output: {
        format: 'es',
        entryFileNames: '[name].js',
        // All in one folder: packages look for their files from where they are.
        chunkFileNames: '[name].js',
        banner: `const __dirname = import.meta.dirname;`,
      },
    },
  },
})

function copyBeside(): void {
  const copy = (from: string, to: string, wanted: (path: string) => boolean = () => true): void =>
    cpSync(join(modules, from), join(out, to), { recursive: true, filter: wanted })
  copy('@fastify/swagger-ui/static', 'static', (path) => !path.endsWith('swagger-ui.js'))
  const code = (path: string): boolean => !/\.(d\.ts|map)$/.test(path)
  for (const name of runtime) {
    mkdirSync(join(out, 'node_modules', name), { recursive: true })
    copy(`${name}/package.json`, `node_modules/${name}/package.json`)
    copy(`${name}/dist`, `node_modules/${name}/dist`, code)
  }
  // Where electron/paths.ts looks for it, below the folder's package.json.
  cpSync(join(root, 'out/kernels.wasm'), join(out, 'out/kernels.wasm'))
  copy('onnxruntime-node/bin/napi-v6/linux/x64', 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64')
}
