/** The same gradients summed twice over: one all-reduce for each parameter, or one for each bucket. */
import { NaiveSync } from '../../ddp/naive.ts'
import { Reducer } from '../../ddp/reducer.ts'
import { hookAllReduce } from '../rank/all-reduce-hook.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeModel, usualBucketCapBytes } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'

const microBatch = 16
const warmUp = 2

const program: RankProgram<'naive-vs-bucketed'> = async (context) => {
  const { rank, group, input } = context
  const news = await readNews(context, { rows: 64 })
  const { arena, classifier, optimizer } = await makeModel(context, news)
  const local = await classifier.gradients(batchOf(news.tokens, rowRange(rank * microBatch, microBatch, 64)), null)
  const own = arena.gradients.slice()
  let calls = 0
  const counted = hookAllReduce(group, (data, where) => {
    calls++
    return group.allReduce(data, where)
  })

  // region naive
  const naive = new NaiveSync({ group: counted, arena })
  // endregion
  // region bucketed
  const bucketed = new Reducer({ group: counted, arena, bucketCapBytes: usualBucketCapBytes })
  // endregion
  const sync = input.arm === 'naive' ? naive : bucketed

  const allReduceMs: number[] = []
  let sentBefore = 0
  for (let step = 1; step <= warmUp + input.steps; step++) {
    arena.gradients.set(own)
    await context.setupGroup.barrier({ step, bucket: 0 })
    if (step === warmUp + 1) [calls, sentBefore] = [0, group.payloadBytesSent]
    const start = performance.now()
    await sync.reduce(arena.gradients, local, step)
    if (step > warmUp) allReduceMs.push(performance.now() - start)
  }
  return {
    parameterCount: arena.specs.length,
    callsPerStep: calls / input.steps,
    payloadBytesPerStep: (group.payloadBytesSent - sentBefore) / input.steps,
    allReduceMs,
    gradNorm: optimizer.gradNorm(),
  }
}

export default program
