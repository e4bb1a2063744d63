/**
 * Serves one model over HTTP. It listens at once and says that it is loading; the model computes in a worker of its own, so
 * this thread always answers. It stops in order: what is in flight is finished, what is new is refused.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { RequestRecord } from '../../shared/domain/serving.ts'
import { portRefused } from '../http/listen.ts'
import { admit, type AdmissionOptions } from './admission.ts'
import { addDocs } from './docs.ts'
import { Drain } from './drain.ts'
import * as errors from './errors.ts'
import type { HttpError } from './errors.ts'
import { servingLimits } from './limits.ts'
import { Predictor, type PredictorOptions } from './predictor.ts'
import { RequestMeter } from './request-meter.ts'
import { addRequestLog } from './request-log.ts'
import { addRoutes } from './routes.ts'
import { translateError } from './translate-error.ts'

export interface ServeModelOptions extends PredictorOptions, AdmissionOptions {
  /** 0: any free one. */
  port: number
  /** Called for each request when its answer was sent. */
  onRequest?: ((record: RequestRecord) => void) | undefined
}

export interface ModelServer {
  readonly url: string
  readonly port: number
  readonly meter: RequestMeter
  readonly predictor: Pick<Predictor, 'ready' | 'state' | 'version' | 'title'>
  /** Finishes what is in flight, for ten seconds at most, then ends. */
  close(): Promise<void>
}

/** The model is loaded behind it: see `predictor.ready`. Throws PORT_IN_USE, and ARGUMENT_INVALID as `admit`. */
export async function serveModel({ port: asked, onRequest, ...options }: ServeModelOptions): Promise<ModelServer> {
  const admission = admit(options)
  const meter = new RequestMeter()
  const record = (entry: RequestRecord): void => {
    meter.add(entry)
    onRequest?.(entry)
  }
  const drain = new Drain()
  const app = createApp(record)
  const predictor = new Predictor(options)

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
    if (drain.isStopping) throw errors.stopping()
    drain.begin(reply.raw)
    admission.checkHost(request.headers)
  })
  app.addHook('onSend', async (_request, reply) => {
    if (drain.isStopping) reply.header('connection', 'close')
  })
  try {
    await addDocs(app, { modelTitle: predictor.title, needsToken: admission.needsToken, isPublic: admission.isPublic })
    addRoutes(app, predictor, admission)
    await app.listen({ host: admission.host, port: asked })
  } catch (error) {
    await predictor.close()
    throw portRefused(error, asked) ?? error
  }
  const { port } = app.server.address() as AddressInfo

  return {
    url: `http://${admission.host === '::1' ? '[::1]' : admission.host}:${port}`,
    port,
    meter,
    predictor,
    close: async () => {
      app.server.closeIdleConnections()
      await drain.stop(servingLimits.drainMs)
      app.server.closeAllConnections()
      await app.close()
      await predictor.close()
    },
  }
}

/** Limits, request ids and failures: what every route has, whatever it answers. */
function createApp(record: (entry: RequestRecord) => void): FastifyInstance {
  const app = Fastify({
    bodyLimit: servingLimits.bodyBytes,
    requestTimeout: servingLimits.requestMs,
    keepAliveTimeout: servingLimits.keepAliveMs,
    http: {
      headersTimeout: servingLimits.headersMs,
      connectionsCheckingInterval: servingLimits.checkMs,
      maxHeaderSize: servingLimits.headerBytes,
    },
    genReqId: requestIdOf,
    exposeHeadRoutes: false,
    frameworkErrors: (error, request, reply) => void refuse(reply as never, request.id, translateError(error)),
    clientErrorHandler: (error, socket) => refuseConnection(error, socket, record),
  })
  app.server.maxConnections = servingLimits.connections
  addRequestLog(app, record)
  app.setErrorHandler<FastifyError>((error, request, reply) => refuse(reply, request.id, translateError(error)))
  app.setNotFoundHandler((request, reply) => {
    const [url] = request.url.split('?', 1)
    const allowed = (['GET', 'POST'] as const).filter((method) => app.hasRoute({ method, url: url! }))
    if (allowed.length > 0) request.logged.path = url!
    return refuse(reply, request.id, allowed.length > 0 ? errors.wrongMethod(allowed) : errors.noSuchPath())
  })
  app.removeContentTypeParser('text/plain')
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  return app
}

/** The client's own where it is harmless in a log, else a new one. */
function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID()
}

const bodyOf = (error: HttpError, requestId: string): object => ({ error: error.info, request_id: requestId })

function refuse(reply: FastifyReply, requestId: string, error: HttpError): FastifyReply {
  if (error.status === 500) console.error(error)
  return reply.code(error.status).headers(error.headers).send(bodyOf(error, requestId))
}

/** Before there is a request there is no reply either: it is written by hand. */
function refuseConnection(cause: NodeJS.ErrnoException, socket: Socket, record: (entry: RequestRecord) => void): void {
  if (cause.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const requestId = randomUUID()
  const error = errors.brokenRequest(cause.code)
  const body = JSON.stringify(bodyOf(error, requestId))
  const head = [
    `HTTP/1.1 ${error.status} ${error.info.title}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
  record({ requestId, at: new Date().toISOString(), method: '-', path: '-', status: error.status, ms: 0, texts: null, batchRows: null })
}
