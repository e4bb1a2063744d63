/** What the framework and the schemas refuse, as the errors of the API. */
import type { FastifyError } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import * as errors from './errors.ts'
import type { HttpError } from './errors.ts'

export function translateError(error: FastifyError): HttpError {
  if (hasZodFastifySchemaValidationErrors(error)) return invalidField(error.validation[0])
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_EMPTY_TYPE':
      return errors.unsupportedType()
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return errors.bodyTooLarge()
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return errors.badJson('It is empty')
  }
  // JSON.parse's message quotes the body: it is not repeated.
  if (error instanceof SyntaxError || error.statusCode === 400) return errors.badJson('It cannot be read as JSON')
  return errors.toHttpError(error)
}

function invalidField(issue: { instancePath: string; message?: string } | undefined): HttpError {
  const path = (issue?.instancePath ?? '').slice(1).replaceAll(/\/(\d+)/g, '[$1]')
  return errors.fieldInvalid(path === '' ? 'The body' : path, complaintOf(issue?.message ?? 'is not as expected'))
}

/** Zod's own words for a wrong type, in ours; our own as they are. */
function complaintOf(message: string): string {
  const wrongType = /^Invalid input: expected (\w+), received (\w+)$/.exec(message)
  if (!wrongType) return message
  const [, expected, received] = wrongType
  if (received === 'undefined') return 'is missing'
  return `must be ${expected === 'object' || expected === 'array' ? 'an' : 'a'} ${expected}`
}
