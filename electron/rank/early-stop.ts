/** When to give up waiting for a better validation result. Pure: its counters live in the checkpoint. */
import type { CheckpointState } from '../checkpoint/state.ts'
import type { RunConfig } from '../../shared/domain/run-config.ts'

type EarlyStop = CheckpointState['earlyStop']

/** The counters after one more evaluation. Equal is not better. */
export function afterEvaluation({ best, epochsWithout }: EarlyStop, result: number, metric: RunConfig['earlyStopMetric']): EarlyStop {
  const better = best === null || (metric === 'accuracy' ? result > best : result < best)
  return better ? { best: result, epochsWithout: 0 } : { best, epochsWithout: epochsWithout + 1 }
}

export const isPatienceOver = ({ epochsWithout }: EarlyStop, patience: number | undefined): boolean =>
  patience !== undefined && epochsWithout >= patience
