/** The parameters before the first step: every rank draws its own, then all take those of rank 0. Broken: nobody does. */
import type { RankProgram } from '../rank/context.ts'
import { bytesOf, digestOf } from '../../ddp/digest.ts'
import { firstValues, makeLocalModel } from '../rank/model.ts'
import { readNews } from '../rank/news.ts'

const shown = 'classifier.weight'

const program: RankProgram<'broadcast'> = async (context) => {
  const { rank, group, input } = context
  const news = await readNews(context, { rows: 1 })
  const { arena } = makeLocalModel(context, news, { seed: input.seed + rank })
  const digestBefore = digestOf(arena.parameters)
  const before = firstValues(arena.parameter(shown))
  const sentBefore = group.payloadBytesSent

  if (input.arm === 'fixed') {
    // region fixed
    await group.broadcast(bytesOf(arena.parameters), 0, { step: 0, bucket: 0 })
    // endregion
  } else {
    // region broken
    // Every rank trusts its own random numbers.
    await group.barrier({ step: 0, bucket: 0 })
    // endregion
  }

  return {
    digestBefore,
    digestAfter: digestOf(arena.parameters),
    parameter: shown,
    before,
    after: firstValues(arena.parameter(shown)),
    parameterBytes: arena.parameters.byteLength,
    payloadBytesSent: group.payloadBytesSent - sentBefore,
  }
}

export default program
