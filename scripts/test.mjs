/**
 * `npm test`: everything that must hold, in minutes. Sets the machine up; then lint, and beside it formatting, types and
 * build; then all tests but the long ones (`npm run test:long`). It stops at the first that fails. Further arguments go to
 * vitest: `npm test -- test/unit`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { findChromium } from './chromium.mjs'
import { ensureInstalled, follow, isBuilt, root, runNode } from './setup.mjs'

ensureInstalled()
/** Two at a time: each keeps one core busy. */
const lanes = [
  [['Lint', ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']]],
  [
    ['Formatting', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']],
    ['Types', ['node_modules/typescript/bin/tsc', '-b']],
    ...(isBuilt() ? [] : [['Build', ['scripts/build.mjs']]]),
  ],
]

const chromium = await findChromium()
if (chromium === null) console.log('No Chromium here and none could be installed: the browser tests will be skipped.')
else process.env.DISTRINEWS_CHROMIUM = chromium

const checks = new Set()
await Promise.all(
  lanes.map(async (lane) => {
    for (const [name, args] of lane) await check(name, args)
  }),
)
console.log('\n── Tests (but for the long ones: npm run test:long) ──')
const code = await runNode(['node_modules/vitest/vitest.mjs', 'run', '--project', '!long', ...process.argv.slice(2)])
if (code !== 0) fail('Tests', code)

/** What it says is printed when it is over, so that two do not talk at once. */
async function check(name, args) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  checks.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
  const [code] = await Promise.all([follow(child), once(child, 'close')])
  checks.delete(child)
  console.log(`\n── ${name} ──\n${output.trim()}`.trimEnd())
  if (code !== 0) fail(name, code)
}

function fail(name, code) {
  for (const child of checks) child.kill()
  console.error(`\n✖ ${name} failed (exit code ${code})`)
  process.exit(code)
}
