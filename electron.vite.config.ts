/** Builds the three worlds: Node (desktop entry, command line, rank and worker entries), preload, page. */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { lessonPlugins } from './scripts/vite/lesson-plugins.ts'

export default defineConfig({
  main: {
    build: {
      // tfjs-core's gradients are ESM with extensionless imports: Node cannot load them unbundled.
      // Of the development dependencies one is loaded: the browser that npm run bench drives.
      externalizeDeps: { exclude: ['@tensorflow/tfjs-core'], include: ['playwright'] },
      rollupOptions: {
        input: {
          main: 'electron/main.ts',
          cli: 'electron/cli.ts',
          rank: 'electron/rank/main.ts',
          'workbench-rank': 'electron/workbench/rank/main.ts',
          probe: 'electron/probe/main.ts',
          heartbeat: 'electron/rank/heartbeat.ts',
          'data-reader': 'electron/data/reader-worker.ts',
          'inference-worker': 'electron/inference/worker.ts',
          'benchmark-peak': 'electron/benchmark/peak-worker.ts',
          'benchmark-load': 'electron/benchmark/load/worker.ts',
          'export-worker': 'electron/export/worker.ts',
          bench: 'bench/main.ts',
          'bench-worker': 'bench/workers/main.ts',
        },
      },
    },
  },
  preload: {
    build: {
      rollupOptions: {
        input: { preload: 'electron/preload.ts' },
        // A sandboxed preload must be CommonJS.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [...lessonPlugins(), react()],
    build: {
      rollupOptions: { input: 'renderer/index.html' },
      chunkSizeWarningLimit: 2000,
    },
  },
})
