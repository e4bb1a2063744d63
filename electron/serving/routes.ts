/** What the HTTP API answers, in the shapes of the original's FastAPI service. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { BatchPrediction } from '../../shared/domain/prediction.ts'
import type { Admission } from './admission.ts'
import { answerLate, clientGone } from './errors.ts'
import { servingLimits } from './limits.ts'
import type { Predictor } from './predictor.ts'
import {
  answerSchema,
  batchAnswerSchema,
  errorBodySchema,
  healthSchema,
  predictBatchBodySchema,
  predictBodySchema,
  type Answer,
} from './schemas.ts'

const failures = Object.fromEntries(
  Object.entries({
    400: 'The body is not JSON',
    401: 'The token is missing or wrong, where the server has one',
    413: 'The body is too large',
    415: 'The content type is not application/json',
    422: 'A field is missing or not as it should be; the title names it',
    429: 'Too much is asked at once: try again after Retry-After seconds',
    500: 'The model’s worker failed: try again',
    503: 'The model is still being loaded, or the server is stopping',
  }).map(([status, description]) => [status, errorBodySchema.describe(description)]),
)

export function addRoutes(server: FastifyInstance, predictor: Predictor, { checkToken, needsToken }: Admission): void {
  const app = server.withTypeProvider<ZodTypeProvider>()
  const prediction = {
    // Before the body is read.
    onRequest: async ({ headers }: FastifyRequest) => checkToken(headers),
  }
  const security = needsToken ? { security: [{ token: [] }] } : {}

  // region predict
  const predict = async (request: FastifyRequest, reply: FastifyReply, texts: readonly string[]): Promise<Answer[]> => {
    request.logged.texts = texts.length
    const { predictions, batchRows } = await predictor.predict(texts, whileWanted(reply))
    request.logged.batchRows = batchRows
    return predictions.map(toAnswer)
  }

  app.route({
    method: 'POST',
    url: '/predict',
    ...prediction,
    schema: { summary: 'Classify a headline', body: predictBodySchema, response: { 200: answerSchema, ...failures }, ...security },
    handler: async (request, reply) => (await predict(request, reply, [request.body.text]))[0]!,
  })
  // endregion
  app.route({
    method: 'POST',
    url: '/predict/batch',
    ...prediction,
    schema: {
      summary: `Classify up to ${servingLimits.textsPerRequest} headlines`,
      body: predictBatchBodySchema,
      response: { 200: batchAnswerSchema, ...failures },
      ...security,
    },
    handler: async (request, reply) => ({ predictions: await predict(request, reply, request.body.texts) }),
  })
  app.route({
    method: 'GET',
    url: '/health',
    schema: { summary: 'Whether the model is there', response: { 200: healthSchema } },
    handler: async () => ({
      status: predictor.state,
      model_loaded: predictor.state === 'ok',
      model: predictor.title,
      version: predictor.version,
    }),
  })
  app.route({ method: 'GET', url: '/openapi.json', schema: { hide: true }, handler: async () => server.swagger() })
  app.route({ method: 'GET', url: '/', schema: { hide: true }, handler: async (_request, reply) => reply.redirect('/docs') })
}

/** Aborted when the client went away, or when its answer is late. */
function whileWanted({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(answerLate()), servingLimits.answerMs)
  raw.once('close', () => {
    clearTimeout(timer)
    if (!raw.writableFinished) controller.abort(clientGone())
  })
  return controller.signal
}

const toAnswer = ({ label, confidence, probabilities }: BatchPrediction): Answer => ({
  label,
  confidence,
  all_probabilities: Object.fromEntries(probabilities.map((entry) => [entry.label, entry.probability])),
})
