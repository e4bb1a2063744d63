/** One all-reduce, watched: the first values of each rank's own gradient, and what goes over the wire in each round. */
import { type RingTransport, ringSchedule, segmentRange } from '../../collectives/ring-algorithm.ts'
import { tokenizeExamples } from '../../data/tokenizer.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeModel } from '../rank/model.ts'
import { batchOf, maxLength, readNews } from '../rank/news.ts'

const parameter = 'distilbert.transformer.layer.1.output_layer_norm.weight'
const usualTextsPerRank = 2

const program: RankProgram<'ring-trace'> = async (context) => {
  const { rank, worldSize, input } = context
  const news = await readNews(context, { rows: usualTextsPerRank * worldSize })
  const labelled = input.texts.map((text, index) => ({ text, label: index % news.labels.length }))
  // As cards are dealt; a rank that gets none takes a starter headline.
  const dealt = labelled.filter((_, index) => index % worldSize === rank)
  const examples = dealt.length > 0 ? dealt : news.rows.filter((_, index) => index % worldSize === rank)
  const { arena, classifier } = await makeModel(context, news)
  await classifier.gradients(batchOf(tokenizeExamples(news.tokenizer, examples, maxLength), [...examples.keys()]), null)

  const length = worldSize * input.valuesPerSegment
  const data = arena.gradient(parameter).slice(0, length)
  const start = [...data]
  const sent = new Map<number, number[]>()
  const received = new Map<number, { values: number[]; after: number[] }>()

  // region watch
  const floats = (payload: Uint8Array): number[] => [...new Float32Array(payload.slice().buffer)]
  const watch = (transport: RingTransport): RingTransport => ({
    rank,
    worldSize,
    get payloadBytesSent() {
      return transport.payloadBytesSent
    },
    get awaitedPeer() {
      return transport.awaitedPeer
    },
    send: (header, payload, checksum) => {
      sent.set(header.round, floats(payload))
      return transport.send(header, payload, checksum)
    },
    receive: (expected, target, take) =>
      transport.receive(expected, target, (payload) => {
        const values = floats(payload)
        const checksum = take(payload) // Adds to `data`, or has already overwritten a part of it.
        received.set(expected.round, { values, after: [...data] })
        return checksum
      }),
    abort: (reason) => transport.abort(reason),
    close: (reason) => transport.close(reason),
  })
  // endregion

  // region all-reduce
  const ring = await context.joinRing('trace', worldSize, watch)
  await ring.allReduce(data, { step: 1, bucket: 0 })
  // endregion
  await context.setupGroup.barrier({ step: 1, bucket: 0 })
  const payloadBytesSent = ring.payloadBytesSent
  ring.close()

  const toRank = (rank + 1) % worldSize
  const fromRank = (rank + worldSize - 1) % worldSize
  return {
    texts: examples.map(({ text }) => text),
    parameter,
    segments: Array.from({ length: worldSize }, (_, segment) => segmentRange(length, worldSize, segment)),
    start,
    rounds: ringSchedule(rank, worldSize).map(({ round, phase, sends, receives }) => ({
      round,
      phase,
      sends: { segment: sends, toRank, values: sent.get(round)! },
      receives: { segment: receives, fromRank, values: received.get(round)!.values },
      after: received.get(round)!.after,
    })),
    payloadBytesSent,
  }
}

export default program
