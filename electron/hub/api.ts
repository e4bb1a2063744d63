/** What the lab asks the hub: the files of a repository, and the facts of one file. Answers are parsed; refusals get their words here. */
import { z } from 'zod'
import { LabError } from '../../shared/contract/errors.ts'
import { answerInvalid, ConnectionLost, type HttpClient, type HubRequest, type HubResponse } from './http.ts'
import { commitSchema, repoTitle, type HubRepo } from './repo.ts'
import { retrying } from './retry.ts'

export interface RepoFile {
  path: string
  sizeBytes: number
  /** Hex; null for small files that git keeps itself. */
  sha256: string | null
}

export interface RepoListing {
  /** 40 hex digits. */
  commit: string
  /** As the repository's card names it: 'apache-2.0'. */
  license: string | null
  files: RepoFile[]
}

/** One file as the hub will send it. */
export interface FileFacts {
  path: string
  commit: string
  /** SHA-256 of the content for large files, git's SHA-1 of the blob for small ones; names the blob in the cache. */
  etag: string
  sizeBytes: number
}

const listingSchema = z.object({
  sha: commitSchema,
  siblings: z.array(
    z.object({
      rfilename: z.string().max(4096),
      size: z.int().nonnegative().nullish(),
      lfs: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().nonnegative() }).nullish(),
    }),
  ),
  cardData: z.object({ license: z.union([z.string(), z.array(z.string())]).nullish() }).nullish(),
})

const maxAnswerBytes = 32 * 1024 * 1024

/** Throws the HUB_… errors. */
export async function listing(http: HttpClient, repo: HubRepo, signal?: AbortSignal): Promise<RepoListing> {
  const url = `${http.settings.endpoint}/api/${repo.kind}s/${repo.id}/revision/${encodeURIComponent(repo.revision)}?blobs=true`
  const text = await retrying(http.settings, signal, async () => {
    const response = await ask(http, { method: 'GET', url, follow: 'everywhere', signal }, repo)
    return readText(response)
  })
  const parsed = listingSchema.safeParse(parseJson(text))
  if (!parsed.success) throw answerInvalid(`The list of files of ${repoTitle(repo)} does not have the expected form.`)
  const { sha, siblings, cardData } = parsed.data
  const license = Array.isArray(cardData?.license) ? cardData.license.join(', ') : cardData?.license
  return {
    commit: sha,
    license: license ?? null,
    files: siblings.map(({ rfilename, size, lfs }) => ({
      path: rfilename,
      sizeBytes: lfs?.size ?? size ?? 0,
      sha256: lfs?.sha256 ?? null,
    })),
  }
}

const etagSchema = z.string().regex(/^[0-9A-Za-z][0-9A-Za-z._-]{0,127}$/)

/** Throws the HUB_… errors; HUB_NOT_FOUND names the file. */
export async function fileFacts(http: HttpClient, repo: HubRepo, path: string, signal?: AbortSignal): Promise<FileFacts> {
  const { headers } = await retrying(http.settings, signal, async () => {
    const response = await ask(http, { method: 'HEAD', url: fileUrl(http, repo, path), follow: 'renames', signal }, repo, path)
    response.body.resume()
    return response
  })
  const header = (name: string): string | undefined => [headers[name]].flat()[0]
  const commit = commitSchema.safeParse(header('x-repo-commit'))
  const etag = etagSchema.safeParse((header('x-linked-etag') ?? header('etag'))?.replace(/^(?:W\/)?"(.*)"$/, '$1'))
  const size = z.coerce
    .number()
    .int()
    .nonnegative()
    .safeParse(header('x-linked-size') ?? header('content-length'))
  if (!commit.success || !etag.success || !size.success) {
    throw answerInvalid(`Commit, ETag or size of ${path} in ${repoTitle(repo)} is missing or malformed.`)
  }
  return { path, commit: commit.data, etag: etag.data, sizeBytes: size.data }
}

export function fileUrl(http: HttpClient, { kind, id, revision }: HubRepo, path: string): string {
  const file = path.split('/').map(encodeURIComponent).join('/')
  return `${http.settings.endpoint}/${kind === 'dataset' ? 'datasets/' : ''}${id}/resolve/${encodeURIComponent(revision)}/${file}`
}

/**
 * Sends `request` and gives an answer of success, or a redirect that was not to be followed. Throws ConnectionLost also
 * where the hub is overloaded or broken for the moment.
 */
export async function ask(http: HttpClient, request: HubRequest, repo: HubRepo, path?: string): Promise<HubResponse> {
  const response = await http.send(request)
  const { status, headers } = response
  if (status < 400) return response
  response.body.destroy()
  if (status === 429 || status >= 500) throw new ConnectionLost(`the hub answered ${status}`)
  const what = path === undefined ? repoTitle(repo) : `${path} of ${repoTitle(repo)}`
  const hubCode = headers['x-error-code']
  if (status === 401 || status === 403) throw accessDenied(http, repo, what, status, hubCode === 'GatedRepo')
  if (status === 404) throw notFound(repo, path, hubCode)
  throw answerInvalid(`For ${what} it answered ${status}.`)
}

function accessDenied(http: HttpClient, repo: HubRepo, what: string, status: number, gated: boolean): LabError {
  const hasToken = http.settings.token !== null
  const page = `${http.settings.endpoint}/${repo.kind === 'dataset' ? 'datasets/' : ''}${repo.id}`
  return new LabError({
    code: 'HUB_ACCESS_DENIED',
    title: `The hub does not give out ${what}`,
    cause: gated
      ? `It is gated: its authors ask that you accept their terms first (${status}${hasToken ? '' : '; no token was sent'}).`
      : `It is private, gated, or does not exist (${status}; ${hasToken ? 'the token of HF_TOKEN was not enough' : 'no token was sent'}).`,
    suggestion: `Accept the terms on ${page}${hasToken ? ' with the account that the token belongs to' : ', set HF_TOKEN to an access token of your account, start the lab anew'}, then try again.`,
  })
}

function notFound(repo: HubRepo, path: string | undefined, hubCode: unknown): LabError {
  const noFile = path !== undefined && (hubCode === 'EntryNotFound' || hubCode === undefined)
  const noRevision = hubCode === 'RevisionNotFound'
  return new LabError({
    code: 'HUB_NOT_FOUND',
    title: noFile ? `There is no file ${path} on the hub` : `The hub has no ${repoTitle(repo)}`,
    cause: noFile
      ? `The ${repoTitle(repo)} has no file of that name at revision ${repo.revision}.`
      : `No ${noRevision ? `revision ${repo.revision}` : 'public repository'} of that name was found.`,
    suggestion: 'Check the name on the page of the repository.',
  })
}

async function readText({ body }: HubResponse): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength
      if (bytes > maxAnswerBytes) throw answerInvalid(`It is larger than ${maxAnswerBytes / 1024 / 1024} MiB.`)
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof LabError) throw error
    throw new ConnectionLost('the answer was cut short', { cause: error })
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new LabError(answerInvalid('It is no JSON.').info, { cause: error })
  }
}
