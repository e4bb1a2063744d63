/** One record per request, whoever answered it. Nothing that a client wrote is in it but the method and a harmless id. */
import type { FastifyInstance } from 'fastify'
import type { RequestRecord } from '../../shared/domain/serving.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the handlers add to the record. */
    logged: Partial<Pick<RequestRecord, 'path' | 'texts' | 'batchRows'>>
  }
}

const goneStatus = 499

export function addRequestLog(app: FastifyInstance, record: (entry: RequestRecord) => void): void {
  app.decorateRequest('logged')
  app.addHook('onRequest', async (request, reply) => {
    request.logged = {}
    // The framework's own clock runs only where it logs itself.
    const began = performance.now()
    // Not onResponse: that is silent about clients that went away.
    reply.raw.once('close', () => {
      const ms = performance.now() - began
      record({
        requestId: request.id,
        at: new Date(Date.now() - ms).toISOString(),
        method: request.method,
        // The pattern of a route, which holds nothing that a client wrote.
        path: request.routeOptions.url ?? '-',
        status: reply.raw.writableFinished ? reply.statusCode : goneStatus,
        ms: Math.round(ms * 100) / 100,
        texts: null,
        batchRows: null,
        ...request.logged,
      })
    })
  })
}
