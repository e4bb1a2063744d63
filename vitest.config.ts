/** Six kinds of tests, the quick ones first; and the long ones of all kinds, which `npm run test:long` runs. */
import { fileURLToPath } from 'node:url'
import type { ViteUserConfig } from 'vitest/config'
import { configDefaults, defineConfig } from 'vitest/config'
import { codeRegions } from './scripts/vite/code-regions.ts'

type TestOptions = NonNullable<ViteUserConfig['test']>

const long = 'test/**/*.long.test.ts'

const shared: TestOptions = {
  pool: 'forks',
  // Vitest by itself leaves one core free, which is half of two.
  maxWorkers: '100%',
  exclude: [...configDefaults.exclude, long],
  // Of hundreds of modules one is made, once: each file of tests that imports the engine would load them all. (Unbundled, Node
  // cannot load the gradients: they are ESM with extensionless imports.)
  deps: {
    optimizer: { ssr: { enabled: true, include: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-core/dist/register_all_gradients.js'] } },
  },
  // Electron's binary is nowhere needed: its module is a stand-in with real message channels.
  alias: { electron: fileURLToPath(new URL('./test/helpers/electron-stand-in.ts', import.meta.url)) },
}

/** Tests that start processes or browsers: two files at a time keep two cores busy, and whatever they wait for may take its time. */
const processes: TestOptions = { ...shared, maxWorkers: 2, testTimeout: 120_000, hookTimeout: 120_000, sequence: { groupOrder: 1 } }
const folder = (name: string): { test: TestOptions } => ({ test: { ...processes, name, include: [`test/${name}/**/*.test.ts`] } })

export default defineConfig({
  test: {
    reporters: ['default', './test/helpers/summary-reporter.ts'],
    globalSetup: './test/helpers/shared-place.ts',
    projects: [
      {
        // Lessons are data with pieces of real sources in it.
        plugins: [codeRegions(process.cwd())],
        test: { ...shared, name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 60_000, sequence: { groupOrder: 0 } },
      },
      folder('contract'),
      folder('multi-process'),
      folder('faults'),
      folder('parity'),
      folder('e2e'),
      { test: { ...processes, name: 'long', include: [long], exclude: configDefaults.exclude } },
    ],
  },
})
