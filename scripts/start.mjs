/**
 * `npm start`: brings the checkout up to date and opens the lab in its window. Where Electron cannot run, one line
 * says why and the same lab is served to the browser. `--headless` and `--port N` ask for the latter.
 */
import { ensureBuilt, ensureInstalled, runNode } from './setup.mjs'
import { findElectron, runElectron } from './electron.mjs'

ensureInstalled()
await ensureBuilt()

const args = process.argv.slice(2)
const serve = () => runNode(['out/main/cli.js', 'serve', ...args.filter((arg) => arg !== '--headless')])

/** Any argument is one of the served lab's, which also checks it. */
async function start() {
  if (args.length > 0) return serve()
  const found = findElectron()
  const ended = 'file' in found ? await runElectron(found.file) : found
  if ('code' in ended) return ended.code
  console.error(`No window here: ${ended.reason}. Serving the lab to the browser instead.`)
  return serve()
}

process.exit(await start())
