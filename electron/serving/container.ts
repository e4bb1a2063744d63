/**
 * Entry of the container of a Docker Space: the model beside it, served at every address, until SIGTERM, which finishes
 * what is in flight. In the folder of a Space it lies in `server/`; the model lies in `model/`. Nothing else may import this file.
 */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { toLabErrorInfo } from '../../shared/contract/errors.ts'
import { spaceFactsSchema } from '../../shared/domain/space.ts'
import { serveModel } from './server.ts'

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

try {
  const { title } = spaceFactsSchema.parse(JSON.parse(readFileSync(join(folder, 'space.json'), 'utf8')))
  const server = await serveModel({
    modelDirectory: join(folder, 'model'),
    workerFile: join(import.meta.dirname, 'inference-worker.js'),
    title,
    port,
    // A container's own address is nobody's; who may reach it is decided outside of it.
    host: '0.0.0.0',
    isPublic: true,
    onRequest: (record) => console.log(JSON.stringify(record)),
  })
  console.error(`Serving ${title} at port ${server.port}`)
  const end = (): void => {
    console.error('Ending; what is in flight is finished first.')
    void server.close().then(() => process.exit(0))
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end)
  await server.predictor.ready
  console.error('The model is loaded.')
} catch (error) {
  const { title, cause, suggestion } = toLabErrorInfo(error)
  console.error(`${title}\n  why: ${cause}\n  do:  ${suggestion}`)
  process.exit(1)
}
