/**
 * What a run trains on: rows, split, tokens, and the sizes of the model that fit them. Every rank makes all of it for
 * itself, from the same file and seed; the supervisor compares what came out.
 */
import type { BatchShape } from '../data/batching.ts'
import { loadDataset } from '../data/dataset.ts'
import { splitDataset } from '../data/split.ts'
import { type Tokenizer, tokenizeExamples } from '../data/tokenizer.ts'
import type { Example, TokenizedExamples } from '../data/types.ts'
import { LabError } from '../../shared/contract/errors.ts'
import type { DatasetCard } from '../../shared/domain/dataset.ts'
import { distilbertTraits, type ModelConfig, modelPresets } from '../../shared/domain/model-config.ts'
import type { RunConfig } from '../../shared/domain/run-config.ts'

export interface SplitRows {
  card: DatasetCard
  train: Example[]
  validation: Example[]
}

/** Throws the DATA_… errors of `loadDataset`, and DATA_EMPTY where a side of the split has no rows. */
export async function loadRows(config: RunConfig): Promise<SplitRows> {
  const dataset = await loadDataset(config.data)
  const { train, validation } = splitDataset(dataset, config.validationFraction, config.seed)
  if (train.length > 0 && validation.length > 0) return { card: dataset.card, train, validation }
  throw new LabError({
    code: 'DATA_EMPTY',
    title: 'There are too few rows to train and to validate',
    cause: `${dataset.card.title} has ${dataset.card.rowCount} rows; split in two, ${train.length} are left for training and ${validation.length} for validation.`,
    suggestion: 'Use a data set with at least a few rows of each class.',
  })
}

export interface RunTokens {
  train: TokenizedExamples
  validation: TokenizedExamples
}

export function tokenizeRows(rows: SplitRows, tokenizer: Tokenizer, maxLength: number): RunTokens {
  return { train: tokenizeExamples(tokenizer, rows.train, maxLength), validation: tokenizeExamples(tokenizer, rows.validation, maxLength) }
}

/** Of every batch that the run trains on or validates with. */
export const batchShapeOf = ({ microBatch, maxLength, padding }: RunConfig): BatchShape => ({
  rows: microBatch,
  // Few lengths, so that there are few graphs.
  lengthMultiple: padding === 'maxLength' ? maxLength : 8,
  maxLength,
})

/** Of a preset. */
export function chooseModelConfig(config: RunConfig, labels: string[], vocabSize: number): ModelConfig {
  const { dim, hiddenDim, nLayers, nHeads, maxPositionEmbeddings, recipe } = modelPresets[config.model]
  const { dropout = recipe.dropout } = config
  return {
    ...distilbertTraits,
    dim,
    hiddenDim,
    nLayers,
    nHeads,
    vocabSize,
    maxPositionEmbeddings,
    dropout,
    attentionDropout: dropout,
    seqClassifDropout: dropout,
    labels,
  }
}
