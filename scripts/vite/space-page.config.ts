/**
 * What a static Space runs in its visitors' browsers, into out/spaces/static: transformers.js and ONNX Runtime as one
 * module, without WebGPU, whose WebAssembly is twice as large; and the WebAssembly file itself. The page beside them is written by hand.
 */
import { join, resolve } from 'node:path'
import { defineConfig } from 'vite'
import { licences } from './licences.ts'

const root = resolve(import.meta.dirname, '../..')
const out = join(root, 'out/spaces/static')

export default defineConfig({
  root,
  // The page may lie anywhere on its host.
  base: './',
  logLevel: 'warn',
  publicDir: false,
  resolve: {
    alias: [
      { find: /^@huggingface\/transformers$/, replacement: join(root, 'node_modules/@huggingface/transformers/dist/transformers.web.js') },
      { find: /^onnxruntime-web\/webgpu$/, replacement: join(root, 'node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs') },
    ],
  },
  plugins: [licences(['@huggingface/jinja', '@huggingface/tokenizers', 'onnxruntime-web'].map((name) => join(root, 'node_modules', name)))],
  build: {
    outDir: out,
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    assetsInlineLimit: 0,
    rollupOptions: {
      input: 'electron/spaces/page/transformers.ts',
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: '[name].js', assetFileNames: '[name][extname]' },
    },
  },
})
