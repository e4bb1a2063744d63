/**
 * A trained model's answers against those of a plain transformers.js pipeline on the ONNX file that the lab exports of it:
 * one headline at a time, and a thousand together. Both run on the same ONNX Runtime with the same number of threads. One
 * headline is computed by both on the thread that asks; what the lab's way through its worker thread adds is a row of its
 * own. The thousand are asked as the lab does, the peer takes them in batches of the size that suits it best.
 */
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import type { ModelPresetName } from '../shared/domain/model-config.ts'
import { ours } from './contestants.ts'
import { withModel } from './model.ts'
import { withOnnxFolder } from './onnx-folder.ts'
import { alternate, Group, type ReadyFacts } from './peers.ts'
import type { BenchRow } from './report.ts'

interface Size {
  model: ModelPresetName
  /** Headlines asked one by one in a turn. */
  perTurn: number
  /** A thousand headlines take seconds: no more pairs than this. */
  maxPairs: number
}

const sizes: Size[] = [
  { model: 'tiny', perTurn: 100, maxPairs: Infinity },
  { model: 'small', perTurn: 100, maxPairs: Infinity },
  { model: 'distilbert', perTurn: 15, maxPairs: 1 },
]
const together = 1_000
const threads = availableParallelism()
const peerName = 'transformers.js'
/** Probabilities of two programs on the same weights. */
const tolerance = 1e-3

const readyFacts = z.looseObject({ labels: z.array(z.string()), scores: z.array(z.number()), batchRows: z.int().optional() })

export async function benchInference(pairs: number, report: (row: BenchRow) => void): Promise<void> {
  for (const { model, perTurn, maxPairs } of sizes) {
    await withModel(model, (directory) =>
      withOnnxFolder(directory, async (onnxDirectory) => {
        const us = new Group([ours('inference', [directory, threads])])
        const lab = new Group([ours('inference', [directory, threads, 'worker'])])
        const peer = new Group([ours('pipeline', [onnxDirectory, threads])])
        try {
          const [weSay, theySay] = await Promise.all([us.ready(), peer.ready(), lab.ready()])
          checkAnswers(weSay, theySay)
          const about = { bench: 'inference', peerName }
          const one = await alternate(us, peer, pairs, perTurn, 1)
          report({
            ...about,
            name: `${model}, one headline, p50`,
            ours: one.oursMs,
            peer: one.peerMs,
            unit: 'ms',
            ratio: one.ratio,
            must: 1,
            goal: 1,
            count: pairs * perTurn,
          })
          const through = await alternate(lab, peer, pairs, perTurn, 1)
          report({
            ...about,
            name: `${model}, one headline through the worker, p50`,
            ours: through.oursMs,
            peer: through.peerMs,
            unit: 'ms',
            ratio: through.ratio,
            count: pairs * perTurn,
            note: 'the peer on the thread that asks',
          })
          const many = await alternate(us, peer, Math.min(pairs, maxPairs), 1, together)
          report({
            ...about,
            name: `${model}, ${together} headlines`,
            ours: (together * 1000) / many.oursMs,
            peer: (together * 1000) / many.peerMs,
            unit: 'headlines/s',
            ratio: many.ratio,
            must: 1.5,
            goal: 1.5,
            count: many.pairs,
            note: `the peer in batches of ${readyFacts.parse(theySay).batchRows}`,
          })
        } finally {
          us.end()
          lab.end()
          peer.end()
        }
      }),
    )
  }
}

/** Throws where the two do not answer the same. */
function checkAnswers(weSay: ReadyFacts, theySay: ReadyFacts): void {
  const [we, they] = [readyFacts.parse(weSay), readyFacts.parse(theySay)]
  const differ = we.scores.findIndex(
    (score, row) => we.labels[row] !== they.labels[row] || !(Math.abs(score - they.scores[row]!) < tolerance),
  )
  if (differ >= 0 || we.scores.length !== they.scores.length)
    throw new Error(`The answers differ: ${we.labels[differ]} ${we.scores[differ]} and ${they.labels[differ]} ${they.scores[differ]}`)
}
