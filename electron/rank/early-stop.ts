/** When to give up waiting for a better validation result. Pure: its counters live in the checkpoint. */
import type { CheckpointState } from '../checkpoint/state.ts'
import type { RunConfig } from '../../shared/domain/run-config.ts'

type EarlyStop = CheckpointState['earlyStop']

/** The counters after one more evaluation. Equal is not better. */
export function afterEvaluation({ best, epochsWithout }: EarlyStop, result: number, metric: RunConfig['earlyStopMetric']): EarlyStop {
  const better = best === null || (metric === 'accuracy' ? result > best : result < best)
  return better ? { best: result, epochsWithout: 0 } : { best, epochsWithout: epochsWithout + 1 }
}

/** Of a run that ends after `epoch` epochs, for a person. */
export const earlyStopNote = (
  epoch: number,
  { best }: EarlyStop,
  { earlyStopMetric, earlyStopPatience }: Pick<RunConfig, 'earlyStopMetric' | 'earlyStopPatience'>,
): string =>
  `Stopped early, after epoch ${epoch}: validation ${earlyStopMetric} has been no better than ${best?.toPrecision(4)} for ${earlyStopPatience} epochs in a row.`

export const isPatienceOver = ({ epochsWithout }: EarlyStop, patience: number | undefined): boolean =>
  patience !== undefined && epochsWithout >= patience
