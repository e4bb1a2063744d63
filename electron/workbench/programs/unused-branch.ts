/** Experiment 14: a parameter that the forward pass does not use, so that its gradient never comes. */
import type { ArenaLayout } from '../../ddp/buckets.ts'
import { Reducer } from '../../ddp/reducer.ts'
import { hookAllReduce } from '../rank/all-reduce-hook.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeModel } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'

const unusedParameter = 'auxiliary_head.weight'
const unusedSize = 4 * 128
const bucketCapBytes = 512 * 1024

const program: RankProgram<'unused-branch'> = async (context) => {
  const { rank, group, input } = context
  const news = await readNews(context, { rows: 64 })
  const { arena, classifier } = await makeModel(context, news, { seed: input.seed })
  // The model and, behind it, a second head that an `if` of the forward pass leaves out.
  const layout: ArenaLayout = {
    specs: [...arena.specs, { name: unusedParameter, size: unusedSize }],
    offsets: new Map([...arena.offsets, [unusedParameter, arena.flatLength]]),
  }
  const gradients = new Float32Array(arena.flatLength + unusedSize)
  const local = await classifier.gradients(batchOf(news.tokens, rowRange(rank * 8, 8, news.rows.length)), null)
  gradients.set(arena.gradients)

  const launched = new Set<number>()
  const watched = hookAllReduce(group, (data, where) => {
    launched.add(where.bucket)
    return group.allReduce(data, where)
  })
  const reducer = new Reducer({ group: watched, arena: layout, bucketCapBytes })
  const arrived = new Set<string>()
  const markReady = (name: string): void => {
    arrived.add(name)
    reducer.markReady(name)
  }

  reducer.begin(gradients, 1)
  // region backward
  // The backward pass reports each gradient that it computes, the last layer first.
  for (const name of [...arena.names].reverse()) markReady(name)
  // endregion
  const awaited = reducer.buckets.map(({ names }) => names.filter((name) => !arrived.has(name)))
  const launchedByBackward = reducer.buckets.map(({ index }) => launched.has(index))
  if (input.arm === 'fixed') {
    // region fixed
    // find_unused_parameters=True: what the graph does not reach is ready at once, with a gradient of zero.
    for (const { name } of layout.specs) if (!arrived.has(name)) markReady(name)
    // endregion
  } else {
    // region broken
    // Nobody marks it: its bucket waits for a gradient that never comes, and every later bucket waits behind it.
    // endregion
  }
  let complaint: string | null = null
  try {
    await reducer.finalize(local)
  } catch (error) {
    complaint = error instanceof Error ? error.message : String(error)
  }
  return {
    unusedParameter,
    buckets: reducer.buckets.map(({ index, names }) => ({
      index,
      names,
      awaited: awaited[index]!,
      launched: input.arm === 'fixed' ? launched.has(index) : launchedByBackward[index]!,
    })),
    complaint,
  }
}

export default program
