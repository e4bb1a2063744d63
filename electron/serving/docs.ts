/** /docs and /openapi.json: made of the routes' own schemas, served from this machine, under a content security policy. */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { contentSecurityPolicy } from '../http/content-security-policy.ts'

export interface DocsOptions {
  modelTitle: string
  needsToken: boolean
  /** May be shown in frames of other sites. */
  isPublic: boolean
}

/** Before the routes that it describes. */
export async function addDocs(app: FastifyInstance, { modelTitle, needsToken, isPublic }: DocsOptions): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'DistriNews', description: `Classifies news headlines. Model: ${modelTitle}.`, version: '1' },
      ...(needsToken && {
        components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      }),
    },
    transform: jsonSchemaTransform,
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: contentSecurityPolicy([], isPublic ? '*' : "'none'"),
    logo: { type: 'image/svg+xml', content: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>') },
    theme: { title: 'DistriNews: API' },
    uiConfig: {
      validatorUrl: null,
      tryItOutEnabled: true,
      displayRequestDuration: true,
      defaultModelsExpandDepth: -1,
      docExpansion: 'full',
    },
  })
}
