/**
 * Looks whether a deployed Space works: a Docker one is asked three headlines and compared with the local model; of a static
 * one, which answers in its visitors' browsers, the files are compared. Everything measured here is measured from here.
 */
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { LabError } from '../../shared/contract/errors.ts'
import { quantile } from '../../shared/domain/series.ts'
import {
  spaceFactsSchema,
  spaceNameSchema,
  type DeployedAnswer,
  type DeployedCheck,
  type FileCheck,
  type SpaceFacts,
} from '../../shared/domain/space.ts'
import { answerSchema, healthSchema } from '../serving/schemas.ts'
import { answerWrong, askDeployed, deployedAddress, notReady, type Asked, type DeployedAt } from './deployed-http.ts'
import { factsFileName } from './folder.ts'
import type { Answer, LocalModel } from './local-model.ts'
import type { SpaceHub } from './space-hub.ts'

export interface CheckOptions {
  url: string
  hub: SpaceHub
  /** Null: nothing to compare answers with. */
  localModel: LocalModel | null
  /** Null: nothing to compare files with. */
  localFacts: SpaceFacts | null
  /** How long answers are timed, at most; tests say otherwise. */
  timingMs?: number
  signal?: AbortSignal | undefined
}

const headlines = [
  'Oil prices jump after a pipeline is attacked',
  'Striker scores twice as hosts reach the cup final',
  'Researchers unveil a faster chip for phones',
]
/** For the latency the headlines are asked in turn, so often or for so long, whichever comes first. */
const timedRequests = 21
const usualTimingMs = 5_000
/** Fewer say nothing of the slowest twentieth. */
const fewestForP95 = 20
const maxAnswerBytes = 1024 * 1024
/** Of names that a stranger's server gives. */
const longestName = 200
const maxFiles = 500
const maxTotalBytes = 4 * 1024 ** 3

/**
 * Throws ARGUMENT_INVALID, DEPLOYED_UNREACHABLE, DEPLOYED_ANSWER_INVALID, SPACE_NOT_READY; for a page of the hub the hub's
 * errors, too.
 */
export async function checkDeployed({
  url,
  hub,
  localModel,
  localFacts,
  timingMs = usualTimingMs,
  signal,
}: CheckOptions): Promise<DeployedCheck> {
  const { at, stage } = await placeOf(url, hub, signal)
  const deployedFacts = await askFacts(at, stage, signal)
  if (deployedFacts?.kind === 'static') return checkFiles(at, deployedFacts, localFacts?.kind === 'static' ? localFacts : null, signal)
  return checkAnswers(at, stage, localModel, timingMs, signal)
}

/** Where the Space answers. Its page on the hub stands for its host; only there, and only where it is the account's own and private, the token is sent. */
async function placeOf(url: string, hub: SpaceHub, signal: AbortSignal | undefined): Promise<{ at: DeployedAt; stage: string | null }> {
  const { endpoint, token } = hub.settings
  const given = deployedAddress(url)
  const name = given.origin === new URL(endpoint).origin ? /^\/spaces\/([^/]+\/[^/]+)\//.exec(given.pathname)?.[1] : undefined
  if (name === undefined || !spaceNameSchema.safeParse(name).success) return { at: { base: given, token: null }, stage: null }
  const found = await hub.find(name, signal)
  if (found === null) throw notOnHub(name, endpoint)
  if (found.host === null) throw notReady(given, 'has no address yet', found.stage)
  const base = deployedAddress(found.host)
  const isHubs = base.hostname.endsWith('.hf.space') || base.hostname === given.hostname
  const isOwn = isHubs && found.isPrivate && (await hub.account(signal)).owners.includes(name.split('/')[0]!)
  return { at: { base, token: isOwn ? token : null }, stage: found.stage }
}

const sleeping = new Set([502, 503, 504])
const isHtml = ({ contentType }: Asked): boolean => contentType.toLowerCase().startsWith('text/html')

/** What a static Space says of itself; null where something else answers, an API for instance. */
async function askFacts(at: DeployedAt, stage: string | null, signal: AbortSignal | undefined): Promise<SpaceFacts | null> {
  const answer = await askDeployed(at, factsFileName, { maxBytes: maxAnswerBytes, signal })
  if (sleeping.has(answer.status) && isHtml(answer)) throw notReady(at.base, `answered ${answer.status}`, stage)
  return answer.status === 200 ? (spaceFactsSchema.safeParse(jsonOf(answer)).data ?? null) : null
}

async function checkAnswers(
  at: DeployedAt,
  stage: string | null,
  localModel: LocalModel | null,
  timingMs: number,
  signal: AbortSignal | undefined,
): Promise<DeployedCheck> {
  const health = readAnswer(at, stage, healthSchema, await askDeployed(at, 'health', { maxBytes: maxAnswerBytes, signal }))
  if (health.status === 'loading') throw notReady(at.base, 'is still loading its model', stage)
  const began = performance.now()
  const asked: { answer: Answer; ms: number }[] = []
  while (asked.length < headlines.length || (asked.length < timedRequests && performance.now() - began < timingMs)) {
    const text = headlines[asked.length % headlines.length]!
    const response = await askDeployed(at, 'predict', { json: { text }, maxBytes: maxAnswerBytes, signal })
    asked.push({ answer: readPrediction(at, stage, response), ms: response.ms })
  }
  const local = localModel && (await localModel.ask(headlines, signal))
  const answers = headlines.map((text, index): DeployedAnswer => {
    const { answer } = asked[index]!
    return { text, label: answer.label, confidence: answer.confidence, local: local && compare(answer, local.answers[index]!) }
  })
  const differences = answers.flatMap((answer) => (answer.local ? [answer.local.largestDifference] : []))
  return {
    kind: 'api',
    url: at.base.href,
    checkedAt: new Date().toISOString(),
    health: {
      status: health.status,
      model: health.model.slice(0, longestName),
      version: health.version?.slice(0, longestName) ?? null,
    },
    answers,
    latency: latencyOf(asked.map(({ ms }) => ms)),
    comparison: local && {
      with: local.with,
      title: local.title,
      checkpoint: local.checkpoint,
      labelsEqual: answers.every((answer) => answer.local?.label === answer.label),
      largestDifference: Math.max(...differences),
    },
  }
}

const latencyOf = (times: readonly number[]): Extract<DeployedCheck, { kind: 'api' }>['latency'] => ({
  count: times.length,
  p50Ms: quantile(times, 0.5)!,
  p95Ms: times.length < fewestForP95 ? null : quantile(times, 0.95)!,
})

function readPrediction(at: DeployedAt, stage: string | null, response: Asked): Answer {
  const { label, confidence, all_probabilities: all } = readAnswer(at, stage, answerSchema, response)
  if (![confidence, ...Object.values(all)].every((chance) => chance >= 0 && chance < 1.001))
    throw answerWrong(at.base, 'its probabilities do not lie between 0 and 1')
  return { label: label.slice(0, longestName), confidence, all_probabilities: all }
}

/** A class that only one of them knows has the probability 0 with the other. */
function compare(
  deployed: Answer,
  { label, all_probabilities: ours }: Pick<Answer, 'label' | 'all_probabilities'>,
): DeployedAnswer['local'] {
  const theirs = deployed.all_probabilities
  const classes = new Set([...Object.keys(ours), ...Object.keys(theirs)])
  return {
    label,
    confidence: ours[label] ?? 0,
    largestDifference: Math.max(...[...classes].map((name) => Math.abs((ours[name] ?? 0) - (theirs[name] ?? 0)))),
  }
}

function readAnswer<T>({ base }: DeployedAt, stage: string | null, schema: z.ZodType<T>, answer: Asked): T {
  if (sleeping.has(answer.status)) throw notReady(base, `answered ${answer.status}`, stage)
  if (answer.status === 401 || answer.status === 403)
    throw answerWrong(
      base,
      `it asks for a token or refuses strangers (${answer.status}); a private Space is checked by its page on the hub`,
    )
  if (answer.status === 200 && isHtml(answer)) {
    if (answer.wasRedirected) throw answerWrong(base, 'it leads to a web page, as a site does that asks for a sign-in first')
    throw notReady(base, 'answered with a web page in place of JSON', stage)
  }
  if (answer.status !== 200)
    throw answerWrong(base, `it answered ${answer.status}${isHtml(answer) ? ' with a web page: it has no API there, or is private' : ''}`)
  const parsed = schema.safeParse(jsonOf(answer))
  if (!parsed.success) throw answerWrong(base, 'its JSON does not have the form of the lab’s API')
  return parsed.data
}

function jsonOf({ body }: Asked): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return null
  }
}

/** Each file against the folder on this machine or, without one, against the list that the Space brings along. */
async function checkFiles(
  at: DeployedAt,
  deployed: SpaceFacts,
  local: SpaceFacts | null,
  signal: AbortSignal | undefined,
): Promise<DeployedCheck> {
  const { files } = local ?? deployed
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  if (files.length > maxFiles || total > maxTotalBytes)
    throw answerWrong(at.base, 'its list of files is longer than that of any Space of the lab')
  const checked: FileCheck[] = []
  for (const { path, bytes, sha256 } of files) {
    const inside = new URL(path.split('/').map(encodeURIComponent).join('/'), at.base)
    if (!inside.href.startsWith(at.base.href)) throw answerWrong(at.base, 'its list of files leads out of it')
    // The hub may put a line of its own into a page, so a page may be longer.
    const answer = await askDeployed(at, inside.href, { maxBytes: bytes + 64 * 1024, signal }).catch((error: unknown) => {
      if (error instanceof LabError && error.info.code === 'DEPLOYED_ANSWER_INVALID') return null
      throw error
    })
    const isSame = answer !== null && [answer.body, withoutHubsScript(path, answer.body)].some((body) => digestOf(body) === sha256)
    checked.push({ path, bytes, state: answer?.status !== 200 && answer !== null ? 'missing' : isSame ? 'same' : 'different' })
  }
  return {
    kind: 'static',
    url: at.base.href,
    checkedAt: new Date().toISOString(),
    title: deployed.title,
    comparedWith: local ? 'local folder' : 'its own list',
    files: checked,
    isSame: checked.every(({ state }) => state === 'same'),
  }
}

const digestOf = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex')

/** The hub writes the variables of a static Space into its pages, as `window.huggingface`. */
function withoutHubsScript(path: string, body: Buffer): Buffer {
  if (!path.endsWith('.html')) return body
  return Buffer.from(body.toString('utf8').replace(/<script>\s*window\.huggingface\s*=[^<]{0,10000}<\/script>\s*/, ''))
}

const notOnHub = (name: string, endpoint: string): LabError =>
  new LabError({
    code: 'HUB_NOT_FOUND',
    title: `There is no Space ${name} on the hub`,
    cause: `${new URL(endpoint).host} has none of that name, or does not show it to this token.`,
    suggestion: 'Check the name, or push the Space first.',
  })
