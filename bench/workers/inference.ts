/** inference DIRECTORY THREADS: the lab's answers; `run N COUNT` asks for COUNT headlines at a time, N times. */
import { InferenceClient } from '../../electron/inference/client.ts'
import { checkedCount, headlineTurns } from './headline-turns.ts'
import { serve } from './serve.ts'

const nobody = { modelId: '', title: '', checkpoint: '', step: null, epoch: null }

export default async function run([modelDirectory, threads]: string[]): Promise<void> {
  const client = new InferenceClient({ threads: Number(threads) })
  const classify = (texts: readonly string[]): Promise<{ label: string; confidence: number }[]> =>
    texts.length === 1
      ? client.classify(modelDirectory!, nobody, texts[0]!).then((answer) => [answer])
      : client.classifyMany(modelDirectory!, nobody, texts)
  const next = await headlineTurns()
  // Twice: shapes are compiled at their first use.
  for (const count of [200, 200]) await classify(next(count))
  for (let index = 0; index < 200; index++) await classify(next(1))
  const answers = await classify(next(checkedCount, 0))
  const facts = { labels: answers.map(({ label }) => label), scores: answers.map(({ confidence }) => confidence) }
  await serve(async ([count]) => void (await classify(next(Number(count)))), facts)
}
