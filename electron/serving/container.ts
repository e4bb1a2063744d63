/**
 * Entry of the container of a Docker Space: the model beside it, served at every address, until SIGTERM, which finishes
 * what is in flight. In the folder of a Space it lies in `server/`; the model lies in `model/`. Nothing else may import this file.
 */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { toLabErrorInfo } from '../../shared/contract/errors.ts'
import { spaceFactsSchema, weightsVersion } from '../../shared/domain/space.ts'
import { serveModel, type ModelServer } from './server.ts'

/** Where the hub looks, unless the README says otherwise. */
const usualPort = 7860

const folder = resolve(import.meta.dirname, '..')
const port = z.coerce
  .number()
  .int()
  .min(0)
  .max(65_535)
  .catch(usualPort)
  .parse(process.env['PORT'] ?? usualPort)

let server: ModelServer | null = null
// First of all: as a container's first process it would not even die of a signal that it does not listen to.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end())

try {
  const facts = spaceFactsSchema.parse(JSON.parse(readFileSync(join(folder, 'space.json'), 'utf8')))
  server = await serveModel({
    modelDirectory: join(folder, 'model'),
    workerFile: join(import.meta.dirname, 'inference-worker.js'),
    title: facts.title,
    version: weightsVersion(facts),
    port,
    // A container's own address is nobody's; who may reach it is decided outside of it.
    host: '0.0.0.0',
    isPublic: true,
    onRequest: (record) => console.log(JSON.stringify(record)),
  })
  console.error(`Serving ${facts.title} at port ${server.port}`)
  await server.predictor.ready
  console.error('The model is loaded.')
} catch (error) {
  const { title, cause, suggestion } = toLabErrorInfo(error)
  console.error(`${title}\n  why: ${cause}\n  do:  ${suggestion}`)
  process.exit(1)
}

async function end(): Promise<void> {
  console.error('Ending; what is in flight is finished first.')
  await server?.close()
  process.exit(0)
}
