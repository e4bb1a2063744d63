/** The shapes that pass between data, engine and ranks. */
import type { BadRow, DatasetCard } from '../../shared/domain/dataset.ts'

export interface Example {
  text: string
  /** Index into the card's `labels`. */
  label: number
}

export interface LoadedDataset {
  card: DatasetCard
  examples: Example[]
  /** 1-based line of its file on which each example begins. */
  lines: Int32Array
  /** The first 100 at most; `card.badRowCount` counts all. */
  badRows: BadRow[]
}

export interface TokenizedExamples {
  /** Token ids of each row, [CLS] and [SEP] included, truncated to `maxLength`, not padded. */
  ids: Int32Array[]
  labels: Int32Array
}

/**
 * What one forward pass takes. Rows beyond `exampleCount` are filling (weight 0), so that the last, smaller batch of
 * an epoch has the shape of the others and needs no session of its own.
 */
export interface Batch {
  rows: number
  /** Padded sequence length. */
  length: number
  /** [rows × length], 0 ([PAD]) where padded. */
  ids: Int32Array
  /** [rows × length], 1 for a token, 0 for padding. A filling row has its first position set: softmax needs one. */
  attentionMask: Float32Array
  /** [rows] */
  labels: Int32Array
  /** [rows], 1 for an example, 0 for filling. */
  weights: Float32Array
  exampleCount: number
  tokenCount: number
}
