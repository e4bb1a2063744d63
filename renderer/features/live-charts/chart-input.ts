/** What every chart of a run is given. */
import type { EpochMetrics, StepMetrics } from '../../../shared/domain/metrics.ts'

export interface ChartInput {
  steps: readonly StepMetrics[]
  epochs: readonly EpochMetrics[]
  worldSize: number
  /** Right end of the step axis: all steps of a live run, the last one of a finished run. */
  lastStep: number
  /** What is said while there is nothing to draw. */
  waiting: string
  className?: string | undefined
}
