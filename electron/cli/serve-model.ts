/**
 * `serve-model`: a model over HTTP until Ctrl-C or SIGTERM, which finish what is in flight. Standard output is the log, one
 * JSON line per request; what is for people goes to standard error.
 */
import { serveModel } from '../serving/server.ts'
import { portFrom, readArguments, refusePositionals } from './arguments.ts'
import { onInterrupt } from './interrupts.ts'
import { locateModel, titleOf } from './model-location.ts'

const usualPort = 8000

export async function serveModelCommand(argv: readonly string[]): Promise<number> {
  const given = readArguments(argv, { model: 'text', port: 'text', host: 'text', token: 'text', public: 'switch' })
  refusePositionals(given)
  const port = portFrom(given) ?? usualPort
  const modelDirectory = await locateModel(given.values.get('model'))
  const server = await serveModel({
    modelDirectory,
    title: titleOf(modelDirectory),
    port,
    host: given.values.get('host'),
    token: given.values.get('token') ?? process.env['DISTRINEWS_TOKEN'],
    isPublic: given.switches.has('public'),
    onRequest: (record) => console.log(JSON.stringify(record)),
  })
  try {
    const stopped = interrupted()
    console.error(`Serving ${modelDirectory}\n\n  ${server.url}/predict\n  ${server.url}/docs\n`)
    await Promise.race([server.predictor.ready, stopped])
    console.error(`The model is loaded. Ctrl-C ends the server.`)
    await stopped
  } finally {
    await server.close()
  }
  return 0
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    onInterrupt(
      () => {
        console.error('Ending; what is in flight is finished first … (Ctrl-C again ends at once)')
        resolve()
      },
      () => process.exit(130),
    )
  })
}
