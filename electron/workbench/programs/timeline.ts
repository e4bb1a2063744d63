/** Where each rank's time goes, step by step: data, forward and backward pass, waiting for the sums, update. */
import { Reducer } from '../../ddp/reducer.ts'
import type { ProcessGroup } from '../../collectives/process-group.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeModel } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'

/** Each new shape is compiled once: batches come again after so many steps, and the warm-up has seen them all. */
const warmUp = 4
const learningRate = 5e-4

const program: RankProgram<'timeline'> = async (context) => {
  const { rank, worldSize, input, nowMs } = context
  const { steps: count, microBatch, bucketCapBytes } = input
  const news = await readNews(context, { rows: 512 })
  const { arena, classifier, optimizer } = await makeModel(context, news)

  type Span = { name: 'data' | 'forwardBackward' | 'reduce' | 'optimizer'; startMs: number; endMs: number }
  const makeStep = async (step: number, group: ProcessGroup): Promise<Span[]> => {
    const spans: Span[] = []
    const span = async <T>(name: Span['name'], work: () => T | Promise<T>): Promise<T> => {
      const startMs = nowMs()
      const result = await work()
      spans.push({ name, startMs, endMs: nowMs() })
      return result
    }
    // region step
    const reducer = new Reducer({ group, arena, bucketCapBytes })
    const first = ((step % warmUp) * worldSize + rank) * microBatch
    const batch = await span('data', () => batchOf(news.tokens, rowRange(first, microBatch, news.rows.length)))
    const local = await span('forwardBackward', () => classifier.gradients(batch, null))
    const global = await span('reduce', () => reducer.reduce(arena.gradients, local, step))
    await span('optimizer', () => optimizer.update({ learningRate, gradScale: 1 / global.exampleCount }))
    // endregion
    return spans
  }

  for (let step = 1; step <= warmUp; step++) await makeStep(step, context.setupGroup)
  const steps = []
  for (let step = warmUp + 1; step <= warmUp + count; step++) steps.push({ step, spans: await makeStep(step, context.group) })
  return { steps }
}

export default program
