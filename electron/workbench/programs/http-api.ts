/** Trains for a moment, serves the model over HTTP on a free port of this machine, and asks it well and badly. One rank. */
import { request } from 'node:http'
import { apiRequests } from '../../../shared/domain/workbench/deployment.ts'
import { Reducer } from '../../ddp/reducer.ts'
import { serveModel } from '../../serving/server.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeModel, usualBucketCapBytes } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'
import { saveModel } from '../rank/save-model.ts'
import { collectSteps } from '../rank/train-steps.ts'

const microBatch = 32
/** Of a body, for a person to read. */
const shownCharacters = 420

const program: RankProgram<'http-api'> = async (context) => {
  const { steps } = context.input
  const news = await readNews(context, { rows: 2000, validation: 3 })
  const model = await makeModel(context, news)
  context.progress(`trains, ${steps} steps`)
  const sync = new Reducer({ group: context.group, arena: model.arena, bucketCapBytes: usualBucketCapBytes })
  const batches = (index: number) => [batchOf(news.tokens, rowRange(index * microBatch, microBatch, news.rows.length))]
  await collectSteps(model, { rank: 0, sync, steps, learningRate: 1e-3, batches })

  context.progress('starts the server')
  const modelDirectory = await saveModel(context, news, model)
  const headlines = news.validationRows.map(({ text }) => text)
  // region serve
  const server = await serveModel({ modelDirectory, title: 'a lesson’s model', port: 0, threads: context.threads })
  try {
    const healthBefore = await ask(server.port, 'GET', '/health', null)
    await server.predictor.ready
    const bodies: Record<(typeof apiRequests)[number], [path: string, body: string]> = {
      'one headline': ['/predict', JSON.stringify({ text: headlines[0] })],
      'three headlines': ['/predict/batch', JSON.stringify({ texts: headlines })],
      'no text': ['/predict', JSON.stringify({ text: '' })],
      'no JSON': ['/predict', 'text=Oil prices jump'],
      'too large': ['/predict', JSON.stringify({ text: 'a'.repeat(1024 * 1024) })],
    }
    const exchanges = []
    for (const name of apiRequests) {
      const [path, body] = bodies[name]
      const { status, answer, ms } = await ask(server.port, 'POST', path, body)
      exchanges.push({ name, path, sent: beginning(body), sentBytes: Buffer.byteLength(body), status, answer: beginning(answer), ms })
    }
    // endregion
    return {
      trainSteps: steps,
      healthBefore: { status: healthBefore.status, body: beginning(healthBefore.answer) },
      exchanges,
    }
  } finally {
    await server.close()
  }
}

const beginning = (text: string): string => (text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)} …`)

/** One request over a socket of its own. A server that refuses a body may close before all of it was sent: its answer counts. */
function ask(port: number, method: string, path: string, body: string | null): Promise<{ status: number; answer: string; ms: number }> {
  const start = performance.now()
  return new Promise((resolve, reject) => {
    const headers = body === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let answer = ''
      const done = (): void => resolve({ status: response.statusCode ?? 0, answer, ms: performance.now() - start })
      response.setEncoding('utf8').on('data', (part: string) => (answer += part))
      response.once('end', done).once('error', done)
    })
    sent.once('error', reject)
    sent.end(body ?? undefined)
  })
}

export default program
