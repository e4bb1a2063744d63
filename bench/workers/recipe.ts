/**
 * recipe DATA.csv THREADS ours|original|sameMath: training steps of `small` on real news. `original` pads every row to 128
 * and computes all of it; `sameMath` takes the same batches without the padding, which changes nothing but the time.
 * `run N` makes N steps; the answer to `run N DEV.csv` also says how well the model does on those rows.
 */
import { makeBatch } from '../../electron/data/batching.ts'
import { loadDataset, remapLabels } from '../../electron/data/dataset.ts'
import { createTokenizer, tokenizeExamples } from '../../electron/data/tokenizer.ts'
import { trainWordPiece } from '../../electron/data/wordpiece-trainer.ts'
import { DistributedSampler } from '../../electron/ddp/sampler.ts'
import { createClassifier } from '../../electron/engine/classifier.ts'
import { train, type TrainStep } from '../../electron/engine/loop.ts'
import { AdamW } from '../../electron/engine/optimizer.ts'
import { initializeParameters, ParameterArena } from '../../electron/engine/parameters.ts'
import { singleRankSync } from '../../electron/engine/single-rank-sync.ts'
import { evaluateExamples } from '../../electron/inference/evaluate.ts'
import { chooseModelConfig } from '../../electron/rank/run-data.ts'
import { modelPresets } from '../../shared/domain/model-config.ts'
import { runConfigSchema } from '../../shared/domain/run-config.ts'
import { serve } from './serve.ts'

const rows = 32

export default async function run([data, threads, arm]: string[]): Promise<void> {
  const isOurs = arm === 'ours'
  const config = runConfigSchema.parse({ model: 'small', worldSize: 1, epochs: 1, data: { kind: 'csv', path: data } })
  const { card, examples } = await loadDataset(config.data)
  const texts = examples.map(({ text }) => text)
  const tokenizer = createTokenizer(trainWordPiece(texts, modelPresets.small.vocabSize))
  const tokens = tokenizeExamples(tokenizer, examples, config.maxLength)
  const arena = new ParameterArena(chooseModelConfig(config, card.labels, tokenizer.vocabSize))
  initializeParameters(arena, config.seed)
  const padded = arm === 'original'
  const comparison = { wholeLastLayer: padded, keepPadding: padded }
  const classifier = createClassifier({ config: arena.config, arena, threads: Number(threads), comparison })
  const lengths = tokens.ids.map((ids) => (isOurs ? ids.length : 0))
  const sampling = { microBatch: rows, gradAccumSteps: 1, worldSize: 1, rank: 0, seed: config.seed, shuffle: true }
  const sampler = new DistributedSampler({ lengths, ...sampling })
  const lengthMultiple = padded ? config.maxLength : 8

  function* steps(): Generator<TrainStep> {
    for (let epoch = 0; ; epoch++) {
      sampler.setEpoch(epoch)
      for (const [indices] of sampler.steps()) {
        yield { epoch, microBatches: [makeBatch(tokens, indices!, { rows, lengthMultiple, maxLength: config.maxLength })] }
      }
    }
  }
  const totalSteps = sampler.stepsPerEpoch
  const training = train({
    classifier,
    arena,
    optimizer: new AdamW(arena, { weightDecay: config.weightDecay }),
    sync: singleRankSync,
    config,
    steps: steps(),
    startStep: 0,
    totalSteps,
    rank: 0,
    shouldStop: () => false,
  })
  let devRows: string | undefined
  await serve(
    async ([dev]) => {
      devRows = dev
      await training.next()
    },
    { stepsPerEpoch: totalSteps },
    async () => {
      if (devRows === undefined) return {}
      const dev = await loadDataset({ kind: 'csv', path: devRows, onBadRow: 'skip' })
      const { labels } = card
      const evaluation = await evaluateExamples(classifier, tokenizer, remapLabels(dev, labels), { labels, maxLength: config.maxLength })
      return { accuracy: evaluation.accuracy, interval: evaluation.accuracyInterval }
    },
  )
}
