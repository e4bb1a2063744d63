/** `npm run train|predict|evaluate`: brings the checkout up to date, then hands over to the command line of the lab. */
import { ensureBuilt, ensureInstalled, runNode } from './setup.mjs'

ensureInstalled()
await ensureBuilt()
process.exit(await runNode(['out/main/cli.js', ...process.argv.slice(2)]))
