/**
 * `npm test`: everything that must hold. Sets the machine up, then lint, formatting, types, build and all tests, in the
 * order of cost, stopping at the first that fails. Further arguments go to vitest: `npm test -- test/unit`.
 */
import { findChromium } from './chromium.mjs'
import { ensureInstalled, isBuilt, runNode } from './setup.mjs'

ensureInstalled()
const stages = [
  ['Lint', ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']],
  ['Formatting', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']],
  ['Types', ['node_modules/typescript/bin/tsc', '-b']],
  ...(isBuilt() ? [] : [['Build', ['scripts/build.mjs']]]),
  ['Tests', ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)]],
]

const chromium = await findChromium()
if (chromium === null) console.log('No Chromium here and none could be installed: the browser tests will be skipped.')
else process.env.DISTRINEWS_CHROMIUM = chromium

for (const [name, args] of stages) {
  console.log(`\n── ${name} ──`)
  const code = await runNode(args)
  if (code !== 0) {
    console.error(`\n✖ ${name} failed (exit code ${code})`)
    process.exit(code)
  }
}
