/** `serve`: the lab without a window, for the browser on this machine, until Ctrl-C. */
import { createLab } from '../lab/index.ts'
import type { ServedLab } from '../hosts/websocket.ts'
import { assertLoopback } from '../http/access.ts'
import { serveOverWebSocket } from '../hosts/websocket.ts'
import { labDirectory, rendererDirectory } from '../paths.ts'
import { portFrom, readArguments, refusePositionals } from './arguments.ts'
import { onInterrupt } from './interrupts.ts'
import { bold } from './terminal.ts'

export async function serve(argv: readonly string[]): Promise<number> {
  const given = readArguments(argv, { port: 'text', host: 'text' })
  refusePositionals(given)
  const port = portFrom(given)
  const host = given.values.get('host')
  // Before anything else is touched: a mistake here is no reason to wait.
  if (host !== undefined) assertLoopback(host)
  const lab = await createLab({ labDirectory: labDirectory() })
  let served: ServedLab | null = null
  try {
    served = await serveOverWebSocket({ router: lab.router, rendererDirectory, ...(port === undefined ? {} : { port }) })
    console.log(`DistriNews Lab is served at\n\n  ${bold(served.url)}\n\nOpen it in a browser on this machine. Ctrl-C ends the lab.`)
    await interrupted()
  } finally {
    // First the run, so that those who watch it see its end; then the door.
    await lab.close()
    await served?.close()
  }
  return 0
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    onInterrupt(
      () => {
        console.log('Ending; a run that is going on is saved first … (Ctrl-C again ends at once)')
        resolve()
      },
      () => process.exit(130),
    )
  })
}
