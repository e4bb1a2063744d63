/** How the gradient is cut into buckets, and when each of them is ready and reduced. */
import { Reducer } from '../../ddp/reducer.ts'
import { hookAllReduce } from '../rank/all-reduce-hook.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeModel } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'

const microBatch = 16
const bytesPerFloat = Float32Array.BYTES_PER_ELEMENT

const program: RankProgram<'buckets'> = async (context) => {
  const { rank, group, input } = context
  const news = await readNews(context, { rows: 64 })
  const { arena, classifier } = await makeModel(context, news)
  const batch = batchOf(news.tokens, rowRange(rank * microBatch, microBatch, news.rows.length))
  const local = await classifier.gradients(batch, null)

  const readyMs = new Map<number, number>()
  const reducedMs = new Map<number, number>()
  const timed = hookAllReduce(group, async (data, where) => {
    readyMs.set(where.bucket, context.nowMs())
    await group.allReduce(data, where)
    reducedMs.set(where.bucket, context.nowMs())
  })

  // region buckets
  const reducer = new Reducer({ group: timed, arena, bucketCapBytes: input.bucketCapBytes })
  reducer.begin(arena.gradients, 1)
  // The runtime hands all gradients over at once; autograd would mark them one by one, the last layer first.
  for (const { names } of reducer.buckets) for (const name of names) reducer.markReady(name)
  await reducer.finalize(local)
  // endregion

  const bucketOf = new Map(reducer.buckets.flatMap(({ index, names }) => names.map((name) => [name, index] as const)))
  return {
    bucketCapBytes: input.bucketCapBytes,
    parameters: arena.specs.map(({ name, shape, size }) => ({
      name,
      shape: [...shape],
      bytes: size * bytesPerFloat,
      bucket: bucketOf.get(name)!,
    })),
    buckets: reducer.buckets.map(({ index, start, end, names }) => ({
      index,
      bytes: (end - start) * bytesPerFloat,
      names,
      readyMs: readyMs.get(index)!,
      reducedMs: reducedMs.get(index)!,
    })),
  }
}

export default program
