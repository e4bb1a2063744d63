/** Six kinds of tests, the quick ones first. */
import { fileURLToPath } from 'node:url'
import type { ViteUserConfig } from 'vitest/config'
import { defineConfig } from 'vitest/config'
import { codeRegions } from './scripts/vite/code-regions.ts'

type TestOptions = NonNullable<ViteUserConfig['test']>

const shared: TestOptions = {
  pool: 'forks',
  server: { deps: { inline: [/@tensorflow\/tfjs-core/] } },
  // Electron's binary is nowhere needed: its module is a stand-in with real message channels.
  alias: { electron: fileURLToPath(new URL('./test/helpers/electron-stand-in.ts', import.meta.url)) },
}

/** Tests that start processes or browsers run one file at a time: the machine may have two cores. */
const serial = (name: string, groupOrder: number): { test: TestOptions } => ({
  test: {
    ...shared,
    name,
    include: [`test/${name}/**/*.test.ts`],
    fileParallelism: false,
    sequence: { groupOrder },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})

export default defineConfig({
  test: {
    reporters: ['default', './test/helpers/summary-reporter.ts'],
    projects: [
      {
        // Lessons are data with pieces of real sources in it.
        plugins: [codeRegions(process.cwd())],
        test: { ...shared, name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 60_000, sequence: { groupOrder: 0 } },
      },
      serial('contract', 1),
      serial('multi-process', 2),
      serial('faults', 3),
      serial('parity', 4),
      serial('e2e', 5),
    ],
  },
})
