/** `npm run bench`: brings the checkout up to date, then hands over to the benchmarks. */
import { ensureBuilt, ensureInstalled, runNode } from './setup.mjs'

ensureInstalled()
await ensureBuilt()
process.exit(await runNode(['out/main/bench.js', ...process.argv.slice(2)]))
