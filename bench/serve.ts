/**
 * A served model under load: how much it answers and how fast, whether batching what waits pays, whether /health answers
 * meanwhile, and whether ten thousand requests at once all get their own answers. Server and load are two processes.
 */
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { answerSchema } from '../electron/serving/schemas.ts'
import { InferenceClient } from '../electron/inference/client.ts'
import { maxBatchRows } from '../electron/inference/turns.ts'
import { median } from '../shared/domain/series.ts'
import { ours } from './contestants.ts'
import type { HttpAnswer } from '../electron/benchmark/load/http-connection.ts'
import { allAtOnce, closedLoop, openLoop, watchHealth, type LoadResult } from '../electron/benchmark/load/load.ts'
import { makeHeadlines, withModel } from './model.ts'
import { Group } from './peers.ts'
import type { BenchRow } from './report.ts'

/** The size of the original's model: the loads. A tiny one: what must not be lost among many, not how fast. */
const served = 'distilbert'
const crowded = 'tiny'
const threads = availableParallelism()
const turnMs = 1_500
const comparedClients = 16
const concurrentRequests = 10_000

const start = (directory: string, rows: number): Group => new Group([ours('model-server', [directory, threads, rows])])

export async function benchServe(pairs: number, report: (row: BenchRow) => void): Promise<void> {
  await withModel(served, async (directory) => {
    const texts = await makeHeadlines(2_000)
    const [batching, textByText] = [start(directory, maxBatchRows), start(directory, 1)]
    try {
      const port = await portOf(batching)
      const slowPort = await portOf(textByText)
      for (const warm of [port, slowPort]) await closedLoop(warm, texts, 32, turnMs)
      for (const clients of [1, 4, 32])
        report(throughputRow(`closed loop, ${clients} clients`, await closedLoop(port, texts, clients, turnMs)))
      const most = await compare('texts of all lengths', port, slowPort, texts, pairs, report)
      await compare('headlines alone', port, slowPort, texts.filter(isHeadlineAlone), pairs, report)
      for (const share of [0.5, 0.8]) {
        const load = openLoop(port, texts, 256, share * most, 2 * turnMs)
        const [result, health] = await Promise.all([load, watchHealth(port, load)])
        report(latencyRow(`open loop, ${Math.round(share * most)}/s (${share * 100} % of the most)`, result))
        report(healthRow(`/health meanwhile, p99`, health))
      }
    } finally {
      batching.end()
      textByText.end()
    }
  })
  await withModel(crowded, async (directory) => {
    const server = start(directory, maxBatchRows)
    try {
      report(await checkAll(directory, await portOf(server), await makeHeadlines(concurrentRequests)))
    } finally {
      server.end()
    }
  })
}

const portOf = async (group: Group): Promise<number> => z.int().parse((await group.ready())['port'])

const figuresOf = ({ p50Ms, p95Ms, p99Ms, errors }: LoadResult): string =>
  `p50 ${p50Ms.toFixed(1)}, p95 ${p95Ms.toFixed(1)}, p99 ${p99Ms.toFixed(1)} ms, ${errors} errors`

const alone = { peer: null, peerName: '', ratio: null } as const

const throughputRow = (name: string, result: LoadResult): BenchRow => ({
  bench: 'serve',
  name: `${served}, ${name}`,
  ours: result.perSec,
  unit: 'requests/s',
  ...alone,
  count: result.count,
  note: figuresOf(result),
})

const latencyRow = (name: string, result: LoadResult): BenchRow => ({
  bench: 'serve',
  name: `${served}, ${name}, p99`,
  ours: result.p99Ms,
  unit: 'ms',
  ...alone,
  count: result.count,
  note: `from the time that was due: ${figuresOf(result)}`,
})

const healthRow = (name: string, result: LoadResult): BenchRow => ({
  bench: 'serve',
  name,
  ours: result.p99Ms,
  peer: 100,
  unit: 'ms',
  peerName: 'limit',
  ratio: 100 / result.p99Ms,
  must: 1,
  count: result.count,
  note: figuresOf(result),
})

/** What is typed into a playground; the other texts have their first sentences behind them. */
const isHeadlineAlone = (text: string): boolean => text.length <= 90

/** Batching against text by text, in turn. Returns the requests per second with batching. */
async function compare(
  what: string,
  port: number,
  slowPort: number,
  texts: readonly string[],
  pairs: number,
  report: (row: BenchRow) => void,
): Promise<number> {
  const results: { batching: LoadResult; textByText: LoadResult }[] = []
  const measure = (at: number): Promise<LoadResult> => closedLoop(at, texts, comparedClients, turnMs)
  for (let pair = 0; pair < pairs; pair++) {
    if (pair % 2 === 0) results.push({ batching: await measure(port), textByText: await measure(slowPort) })
    else {
      const textByText = await measure(slowPort)
      results.push({ batching: await measure(port), textByText })
    }
  }
  const perSec = median(results.map(({ batching }) => batching.perSec))!
  report({
    ...throughputRow(`closed loop, ${comparedClients} clients, ${what}`, results[0]!.batching),
    ours: perSec,
    peer: median(results.map(({ textByText }) => textByText.perSec))!,
    peerName: 'text by text',
    ratio: median(results.map(({ batching, textByText }) => batching.perSec / textByText.perSec))!,
    must: 1.5,
    goal: 2,
    count: pairs,
  })
  return perSec
}

/** How many of many concurrent requests got the answer to their own text, as the model gives it when asked directly. */
async function checkAll(directory: string, port: number, texts: readonly string[]): Promise<BenchRow> {
  const client = new InferenceClient({ threads })
  const nobody = { modelId: '', title: '', checkpoint: '', step: null, epoch: null }
  const expected = await client.classifyMany(directory, nobody, texts)
  await client.close()
  const began = performance.now()
  const answers = await allAtOnce(port, texts, 4)
  const elapsedMs = performance.now() - began
  const matches = ({ status, body }: HttpAnswer, index: number): boolean => {
    if (status !== 200) return false
    const { label, all_probabilities: given } = answerSchema.parse(JSON.parse(body))
    const { probabilities } = expected[index]!
    return probabilities.every((entry) => Math.abs(given[entry.label]! - entry.probability) < 1e-4) && Object.hasOwn(given, label)
  }
  const right = answers.filter(matches).length
  const distinct = new Set(expected.map(({ probabilities }) => probabilities.map(({ probability }) => probability.toFixed(3)).join())).size
  return {
    bench: 'serve',
    name: `${crowded}, ${texts.length} requests at once, right answers`,
    ours: right,
    peer: texts.length,
    unit: 'answers',
    peerName: 'requests',
    ratio: right / texts.length,
    must: 1,
    count: texts.length,
    note: `${distinct} different answers, ${(elapsedMs / 1000).toFixed(1)} s`,
  }
}
