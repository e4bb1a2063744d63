/** The dropout mask that the engine draws, as ones and zeros for a person to look at. */
import { dropoutSites, MaskPool } from '../../engine/dropout.ts'
import { packedShape } from '../../engine/packing.ts'
import type { DropoutCounter } from '../../engine/random.ts'
import type { ModelConfig } from '../../../shared/domain/model-config.ts'
import type { Batch } from '../../data/types.ts'

/** The first places before the classifier: 1 kept, 0 dropped. */
export function maskBeforeClassifier(config: ModelConfig, batch: Batch, counter: DropoutCounter, count: number): number[] {
  const pool = new MaskPool()
  const [mask] = pool.allocate(dropoutSites(config, packedShape(batch)).filter(({ name }) => name === 'classifier'))
  pool.fill([mask!], counter)
  return Array.from(mask!.factors.subarray(0, count), (factor) => (factor > 0 ? 1 : 0))
}
