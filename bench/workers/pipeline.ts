/** pipeline DIRECTORY THREADS: a plain text-classification pipeline of transformers.js, asked as workers/inference.ts is. */
import { basename, dirname } from 'node:path'
import { env, pipeline } from '@huggingface/transformers'
import { z } from 'zod'
import { checkedCount, headlineTurns } from './headline-turns.ts'
import { serve } from './serve.ts'

const answersSchema = z.array(z.object({ label: z.string(), score: z.number() }))
type Answers = z.infer<typeof answersSchema>

export default async function run([directory, threads]: string[]): Promise<void> {
  env.allowRemoteModels = false
  env.localModelPath = dirname(directory!)
  const ask = await pipeline('text-classification', basename(directory!), {
    dtype: 'fp32',
    session_options: { intraOpNumThreads: Number(threads) },
  })
  const classify = async (texts: readonly string[], batchRows: number): Promise<Answers> => {
    const answers: Answers = []
    for (let start = 0; start < texts.length; start += batchRows)
      answers.push(...answersSchema.parse(await ask(texts.slice(start, start + batchRows))))
    return answers
  }
  const next = await headlineTurns()
  await classify(next(200), 1)
  const batchRows = await fastest([1, 8, 32], async (rows) => void (await classify(next(128, 0), rows)))
  const answers = await classify(next(checkedCount, 0), 1)
  const facts = { labels: answers.map(({ label }) => label), scores: answers.map(({ score }) => score), batchRows }
  await serve(async ([count]) => void (await classify(next(Number(count)), batchRows)), facts)
}

/** The choice that takes least, each after a warm-up. */
async function fastest(choices: readonly number[], work: (choice: number) => Promise<void>): Promise<number> {
  const timed: { choice: number; ms: number }[] = []
  for (const choice of choices) {
    await work(choice)
    const began = performance.now()
    await work(choice)
    timed.push({ choice, ms: performance.now() - began })
  }
  return timed.reduce((least, one) => (one.ms < least.ms ? one : least)).choice
}
