/** Experiment 10: one rank dies, hangs, or is slow, and what the others see of it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { RankProgram } from '../rank/context.ts'
import { makeModel, usualBucketCapBytes } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'
import { Reducer } from '../../ddp/reducer.ts'

const microBatch = 4
const faultyStep = 3
const slowMs = 250

const program: RankProgram<'rank-down'> = async (context) => {
  const { rank, worldSize, group, input } = context
  const { arm, steps: count, culprit, deadlineMs } = input
  const news = await readNews(context, { rows: 64 })
  const { arena, classifier, optimizer } = await makeModel(context, news)
  const reducer = new Reducer({ group, arena, bucketCapBytes: usualBucketCapBytes })
  const batch = batchOf(news.tokens, rowRange(rank * microBatch, microBatch, news.rows.length))
  await classifier.gradients(batch, null) // Compiles.
  await context.setupGroup.barrier({ step: 0, bucket: 0 })
  context.setDeadline(deadlineMs)

  context.progress('trains')
  const steps: { computeMs: number; waitMs: number }[] = []
  for (let step = 1; step <= count; step++) {
    const start = performance.now()
    const local = await classifier.gradients(batch, null)
    if (rank === culprit % worldSize) {
      // region dies
      if (arm === 'dies' && step === faultyStep) process.kill(process.pid, 'SIGKILL')
      // endregion
      // region hangs
      if (arm === 'hangs' && step === faultyStep) {
        context.progress('waits for its data loader')
        await new Promise(() => undefined) // It never returns.
      }
      // endregion
      // region slow
      if (arm === 'slow') await sleep(slowMs)
      // endregion
    }
    const computed = performance.now()
    const global = await reducer.reduce(arena.gradients, local, step)
    steps.push({ computeMs: computed - start, waitMs: performance.now() - computed })
    optimizer.update({ learningRate: 5e-4, gradScale: 1 / global.exampleCount })
  }
  return { steps }
}

export default program
