/**
 * What fine-tuning leaves as it is, and how fast the rest learns. Both go by a parameter's depth: 0 for the embeddings,
 * 1 … n for the blocks, n + 1 for the head.
 */
import type { ModelConfig } from '../../shared/domain/model-config.ts'
import type { Freeze } from '../../shared/domain/run-config.ts'

/** How many depths, from the embeddings up, are frozen. `freeze` may name more blocks than there are. */
export function frozenDepths(freeze: Freeze, { nLayers }: Pick<ModelConfig, 'nLayers'>): number {
  if (freeze === 'none') return 0
  if (freeze === 'embeddings') return 1
  if (freeze === 'encoder') return nLayers + 1
  return Math.min(Number(freeze), nLayers) + 1
}

/**
 * Factor of the learning rate at `depth`: the head learns at the full rate, each step down at `decay` times the one above
 * (Howard & Ruder 2018, "discriminative fine-tuning").
 */
export const rateFactor = (depth: number, decay: number, { nLayers }: Pick<ModelConfig, 'nLayers'>): number =>
  decay ** (nLayers + 1 - depth)
