/**
 * `npm run test:long`: the tests that take too long for every change, those named `….long.test.ts`; each names the quick one
 * that guards the same in `npm test`. Further arguments go to vitest.
 */
import { findChromium } from './chromium.mjs'
import { ensureBuilt, ensureInstalled, runNode } from './setup.mjs'

ensureInstalled()
await ensureBuilt()
const chromium = await findChromium()
if (chromium !== null) process.env.DISTRINEWS_CHROMIUM = chromium
process.exit(await runNode(['node_modules/vitest/vitest.mjs', 'run', '--project', 'long', ...process.argv.slice(2)]))
