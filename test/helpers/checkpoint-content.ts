/** A checkpoint of a few numbers, for tests of how it is kept. */
import type { CheckpointContent } from '../../electron/checkpoint/store.ts'
import { distilbertTraits } from '../../shared/domain/model-config.ts'

export function checkpointContent(step: number, validationAccuracy: number | null = null): CheckpointContent {
  const tensor = (value: number) => [{ name: 'classifier.bias', shape: [2], data: Float32Array.of(value, step) }]
  return {
    state: {
      format: 1,
      runId: '20261124-031500-tiny-ab12',
      step,
      epoch: 0,
      stepInEpoch: step,
      seed: 42,
      worldSize: 2,
      configDigest: 'c',
      tokenizerDigest: 't',
      dataDigest: 'd',
      modelDigest: '',
      validationAccuracy,
      bestAccuracy: validationAccuracy,
      segments: [{ worldSize: 2, steps: step }],
      earlyStop: { best: validationAccuracy, epochsWithout: 0 },
      environment: { versions: {}, threads: 1, bucketSizes: [] },
    },
    config: {
      ...distilbertTraits,
      dim: 4,
      hiddenDim: 8,
      nLayers: 1,
      nHeads: 2,
      vocabSize: 10,
      maxPositionEmbeddings: 16,
      dropout: 0.1,
      attentionDropout: 0.1,
      seqClassifDropout: 0.1,
      labels: ['World', 'Sports'],
    },
    tokenizerJson: '{"tokenizer":true}',
    tokenizerConfigJson: '{}',
    parameters: tensor(1),
    firstMoments: tensor(2),
    secondMoments: tensor(3),
  }
}
