/**
 * Floating-point operations that training a batch takes in this lab, counted from the model: two for each multiply-add, the
 * backward pass twice the forward pass. In the last block only the first position is computed, and its keys and values are
 * absorbed into one question per row, so that it costs little per token: what is not computed is not counted.
 */
import type { ModelConfig } from '../domain/model-config.ts'

type Shape = Pick<ModelConfig, 'dim' | 'hiddenDim' | 'nLayers' | 'nHeads' | 'labels'>

/** `rows` headlines with `tokens` tokens, padding left out, together. */
export function trainingFlops({ dim, hiddenDim, nLayers, nHeads, labels }: Shape, rows: number, tokens: number): number {
  const length = tokens / rows
  const block = 4 * dim * dim + 2 * dim * hiddenDim
  const wholeBlocks = (nLayers - 1) * tokens * (block + 2 * dim * length)
  const lastBlock = rows * (block + 2 * dim * dim) + tokens * 2 * nHeads * dim
  const head = rows * (dim * dim + dim * labels.length)
  return 3 * 2 * (wholeBlocks + lastBlock + head)
}
