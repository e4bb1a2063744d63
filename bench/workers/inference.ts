/**
 * inference DIRECTORY THREADS [worker]: the lab's answers; `run N COUNT` asks for COUNT headlines at a time, N times. One headline
 * is computed on this thread, as the peer does, or with `worker` in the lab's worker thread, as the lab asks.
 */
import { InferenceClient } from '../../electron/inference/client.ts'
import { loadModel } from '../../electron/inference/load.ts'
import { checkedCount, headlineTurns } from './headline-turns.ts'
import { serve } from './serve.ts'

const nobody = { modelId: '', title: '', checkpoint: '', step: null, epoch: null }

export default async function run([modelDirectory, threads, where]: string[]): Promise<void> {
  const client = new InferenceClient({ threads: Number(threads) })
  const model = where === 'worker' ? null : await loadModel(modelDirectory!, { threads: Number(threads) })
  const one = (text: string): Promise<{ label: string; confidence: number }> =>
    model ? model.classify(text) : client.classify(modelDirectory!, nobody, text)
  const classify = (texts: readonly string[]): Promise<{ label: string; confidence: number }[]> =>
    texts.length === 1 ? one(texts[0]!).then((answer) => [answer]) : client.classifyMany(modelDirectory!, nobody, texts)
  const next = await headlineTurns()
  // Twice: the runtime takes its memory at the first use.
  for (const count of [200, 200]) await classify(next(count))
  for (let index = 0; index < 200; index++) await classify(next(1))
  const answers = await classify(next(checkedCount, 0))
  const facts = { labels: answers.map(({ label }) => label), scores: answers.map(({ confidence }) => confidence) }
  await serve(async ([count]) => void (await classify(next(Number(count)))), facts)
}
