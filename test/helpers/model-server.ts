/** A served model for tests: a real server on a free loopback port, a real small model, requests as any client sends them. */
import { request as httpRequest, type Agent, type IncomingHttpHeaders } from 'node:http'
import { onTestFinished } from 'vitest'
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
