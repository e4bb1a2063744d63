/** Failures of the HTTP API: each has a status, and the lab's error in its body. */
import { STATUS_CODES } from 'node:http'
import type { ErrorCode, LabErrorInfo } from '../../shared/contract/errors.ts'
import { LabError, toLabErrorInfo } from '../../shared/contract/errors.ts'
import { servingLimits } from './limits.ts'

/** A refusal with its status. */
export class HttpError extends LabError {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, info: LabErrorInfo, headers: Readonly<Record<string, string>> = {}) {
    super(info)
    this.status = status
    this.headers = headers
  }
}

const refusal = (
  status: number,
  code: ErrorCode,
  [title, cause, suggestion]: [string, string, string],
  headers?: Record<string, string>,
): HttpError => new HttpError(status, { code, title, cause, suggestion }, headers)

// region field-invalid
/** `field`: 'text', 'texts[3]', 'the body'. `complaint`: 'must be a string'. */
export const fieldInvalid = (field: string, complaint: string): HttpError =>
  refusal(422, 'REQUEST_INVALID', [
    `${field} ${complaint}`,
    `The request's JSON was read, but ${field} ${complaint}.`,
    'Send {"text": "…"} to /predict, or {"texts": ["…", …]} to /predict/batch; /docs shows examples.',
  ])
// endregion

export const badJson = (cause: string): HttpError =>
  refusal(400, 'REQUEST_INVALID', ['The body is not JSON', `${cause}.`, 'Send JSON, for instance {"text": "Oil prices jump"}.'])

export const unsupportedType = (): HttpError =>
  refusal(415, 'REQUEST_INVALID', [
    'The body is not marked as JSON',
    'Only the content type application/json is read.',
    'Add the header Content-Type: application/json.',
  ])

export const bodyTooLarge = (): HttpError =>
  refusal(
    413,
    'REQUEST_INVALID',
    [
      'The body is too large',
      `A request may have ${servingLimits.bodyBytes / 1024 / 1024} MiB.`,
      'Send fewer texts at once, several requests instead of one.',
    ],
    { connection: 'close' },
  )

export const noSuchPath = (): HttpError =>
  refusal(404, 'REQUEST_INVALID', [
    'There is nothing here',
    'The API answers at /predict, /predict/batch, /health, /docs and /openapi.json.',
    'Look at /docs.',
  ])

export const wrongMethod = (allowed: readonly string[]): HttpError =>
  refusal(
    405,
    'REQUEST_INVALID',
    ['This method is not answered here', `This path takes ${allowed.join(' and ')} only.`, `Send a ${allowed[0]} request.`],
    { allow: allowed.join(', ') },
  )

export const foreignHost = (): HttpError =>
  refusal(403, 'UNAUTHORIZED', [
    'The request names another machine',
    'This server answers on its own machine only, and the header Host says something else.',
    'Ask at http://127.0.0.1 or http://localhost.',
  ])

export const tokenWrong = (): HttpError =>
  refusal(
    401,
    'UNAUTHORIZED',
    [
      'The token is missing or wrong',
      'This server answers only those who hold its token.',
      'Add the header Authorization: Bearer TOKEN, with the token that the server was started with.',
    ],
    { 'www-authenticate': 'Bearer' },
  )

export const queueFull = (): HttpError =>
  refusal(429, 'TOO_BUSY', ['Too much is asked at once', 'The queue of texts is full.', 'Try again in a second.'], { 'retry-after': '1' })

export const stillLoading = (): HttpError =>
  refusal(503, 'NOT_READY', ['The model is being loaded', 'The server has just been started.', 'Try again in a second.'], {
    'retry-after': '1',
  })

export const stopping = (): HttpError =>
  refusal(503, 'NOT_READY', ['The server is stopping', 'It finishes what it has begun and takes nothing new.', 'Ask another server.'], {
    connection: 'close',
  })

export const answerLate = (): HttpError =>
  refusal(
    503,
    'TOO_BUSY',
    ['The answer took too long', `It was not there after ${servingLimits.answerMs / 1000} s.`, 'Try again later, or send fewer texts.'],
    { 'retry-after': '1' },
  )

/** Nobody hears it; the log has it under nginx's number. */
export const clientGone = (): HttpError =>
  refusal(499, 'REQUEST_INVALID', ['The client went away', 'It closed the connection before its answer was there.', 'Ask again.'])

/** What Node's parser refused before there was a request. */
export function brokenRequest(code: string | undefined): HttpError {
  const status = code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
  const cause = {
    408: `Headers have ${servingLimits.headersMs / 1000} s, a whole request ${servingLimits.requestMs / 1000} s.`,
    431: `They may have ${servingLimits.headerBytes / 1024} KiB.`,
    400: 'It is not HTTP/1.1.',
  }[status]
  return refusal(status, 'REQUEST_INVALID', [STATUS_CODES[status]!, cause, 'Send it again, whole and at once.'], { connection: 'close' })
}

/** Any failure of a request with its status: what is wrong with the model makes the service unavailable, a fault of ours is a 500. */
export function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error
  const info = toLabErrorInfo(error)
  return new HttpError(info.code === 'MODEL_NOT_FOUND' || info.code === 'MODEL_INVALID' ? 503 : 500, info)
}
