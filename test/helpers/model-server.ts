/** A served model for tests: a real server on a free loopback port, a real small model, requests as any client sends them. */
import { request as httpRequest, type Agent, type IncomingHttpHeaders } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import { errorBodySchema } from '../../electron/serving/schemas.ts'
import { serveModel, type ModelServer, type ServeModelOptions } from '../../electron/serving/server.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { writeTestModel } from './model-folders.ts'

/** Ends with the test. Without `modelDirectory`: an untrained model of its own. */
export async function startModelServer(options: Partial<ServeModelOptions> = {}): Promise<ModelServer> {
  let { modelDirectory } = options
  if (modelDirectory === undefined) {
    modelDirectory = `${await temporaryDirectory()}/model`
    await writeTestModel(modelDirectory)
  }
  const server = await serveModel({ title: 'a test model', port: 0, threads: 1, ...options, modelDirectory })
  onTestFinished(() => server.close())
  return server
}

/** One server, with its model loaded, for all tests of the file that calls this. */
export function useModelServer(options: Pick<ServeModelOptions, 'onRequest'> = {}): {
  readonly port: number
  readonly modelDirectory: string
} {
  const served = { port: 0, modelDirectory: '' }
  let place: string
  let server: ModelServer
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'distrinews-served-'))
    served.modelDirectory = join(place, 'model')
    await writeTestModel(served.modelDirectory)
    server = await serveModel({ title: 'a test model', port: 0, threads: 1, ...options, modelDirectory: served.modelDirectory })
    await server.predictor.ready
    served.port = server.port
  })
  afterAll(async () => {
    await server.close()
    await rm(place, { recursive: true, force: true })
  })
  return served
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  /** Parsed where it is JSON. */
  body: unknown
}

export interface Asked {
  method?: string
  headers?: Record<string, string>
  /** Sent as it is. */
  body?: string | Buffer
  agent?: Agent | false
}

/** One request, exactly so. */
export function ask(port: number, path: string, { method = 'GET', headers = {}, body, agent = false }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('error', reject)
      response.on('end', () => {
        const isJson = response.headers['content-type']?.startsWith('application/json') ?? false
        resolve({ status: response.statusCode!, headers: response.headers, body: isJson ? JSON.parse(text) : text })
      })
    })
    sent.on('error', reject).end(body)
  })
}

/** Posts `body` as JSON. */
export const post = (port: number, path: string, body: unknown, asked: Asked = {}): Promise<Answer> =>
  ask(port, path, {
    method: 'POST',
    ...asked,
    headers: { 'content-type': 'application/json', ...asked.headers },
    body: JSON.stringify(body),
  })

/** The error of a refusal; checks its shape and that the id is that of the header. */
export function refusal({ body, headers }: Answer): { code: string; title: string } {
  const { error, request_id } = errorBodySchema.strict().parse(body)
  expect(headers['x-request-id']).toBe(request_id)
  for (const text of Object.values(error)) expect(text).not.toBe('')
  return error
}
