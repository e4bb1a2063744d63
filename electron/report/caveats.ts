/**
 * What the figures of a run do not prove, in plain sentences. Written from the run's own facts; a report is never
 * without them. Most general last.
 */
import { deviceTitles } from '../../shared/domain/device.ts'
import type { RunConfig } from '../../shared/domain/run-config.ts'
import type { Imported, RunRecord, RunState } from '../../shared/domain/run.ts'
import { formatCount, formatPercent } from './format.ts'
import { warmupStepCount, type Summary } from './summary.ts'

/** Below this many timed steps, the 99th percentile is the slowest step or next to it. */
const fewTimedSteps = 100

const partialBecause: Partial<Record<RunState, string>> = {
  starting: 'it was still starting when this report was made',
  running: 'it was still running when this report was made',
  restarting: 'it was going back to its last checkpoint when this report was made',
  stopping: 'it was being stopped when this report was made',
  paused: 'it was paused',
  stopped: 'it was stopped before its last step',
  failed: 'it failed',
  lost: 'the lab that supervised it ended while it was running',
}

export function caveatsOf(record: RunRecord, summary: Summary): string[] {
  return [...ofCompleteness(record, summary), ...ofAccuracy(record, summary), ...ofSpeed(record, summary)]
}

function ofCompleteness(record: RunRecord, summary: Summary): string[] {
  const caveats: string[] = []
  const because = partialBecause[record.state]
  if (because !== undefined) {
    const steps =
      record.totalSteps === null
        ? formatCount(summary.completedSteps)
        : `${formatCount(summary.completedSteps)} of ${formatCount(record.totalSteps)}`
    caveats.push(`This run is partial: ${because}, after ${steps} steps. Its figures describe that part only.`)
  }
  for (const { worldSize, resumedFromStep } of record.incidents) {
    if (resumedFromStep === null || worldSize >= record.config.worldSize) continue
    caveats.push(
      `From step ${formatCount(resumedFromStep)} on only ${formatCount(worldSize)} of ${formatCount(record.config.worldSize)} ranks went on (elastic), with a smaller global batch: the figures mix two trainings.`,
    )
  }
  if (record.attempt > 1) {
    caveats.push(
      `The run was resumed from a checkpoint (${formatCount(record.attempt)} starts in all): later starts have warm-up steps of their own among the timings.`,
    )
  }
  return caveats
}

function ofAccuracy(record: RunRecord, summary: Summary): string[] {
  const caveats: string[] = []
  const skipped = record.dataset?.badRowCount ?? 0
  if (skipped > 0) caveats.push(`${formatCount(skipped)} rows of the data could not be read and were skipped.`)
  caveats.push(
    `The validation rows (${formatPercent(record.config.validationFraction)} of the data) come from the same source as the training rows. Accuracy on headlines from elsewhere may be lower.`,
  )
  if (record.config.data.kind === 'starter') {
    caveats.push(
      'The starter headlines were written for this project in the manner of news agencies: accuracy on them is not accuracy on real news.',
    )
  }
  if (summary.bestValidationAccuracy !== null) {
    caveats.push(
      'The 95 % interval covers the chance of which rows were drawn for validation, not that of the seed; the best epoch was chosen on the same rows, so its accuracy may be a little too high.',
    )
  }
  return caveats
}

function ofSpeed(record: RunRecord, summary: Summary): string[] {
  const caveats =
    record.imported !== null
      ? ofImport(record.imported, summary)
      : record.config.device === 'cpu'
        ? ofCpuRanks(record)
        : [ofDevices(record.config)]
  const timed = summary.stepMs?.count ?? 0
  if (timed === 0) caveats.push(`No step was timed: the first ${warmupStepCount} are warm-up and count for nothing.`)
  else if (timed < fewTimedSteps)
    caveats.push(`Only ${formatCount(timed)} steps were timed: the 95th and 99th percentile rest on a handful of them.`)
  caveats.push(
    'One run is not a benchmark. A speed-up may be claimed only from repeated runs with one rank and with several, at the same global batch, on a machine that does nothing else.',
  )
  return caveats
}

function ofCpuRanks({ config: { worldSize }, hardware, threadsPerRank }: RunRecord): string[] {
  const cores = `${formatCount(hardware.cpuCores)} logical CPU ${hardware.cpuCores === 1 ? 'core' : 'cores'}`
  const caveat =
    worldSize === 1
      ? `The one rank of this run computed on a machine with ${cores}. Its speed says nothing about GPUs.`
      : `The ${formatCount(worldSize)} ranks of this run are processes that share the ${cores} of one machine. They teach the mechanics of data-parallel training; their speed says nothing about GPUs.`
  const threads = worldSize * (threadsPerRank ?? 1)
  if (threads <= hardware.cpuCores) return [caveat]
  return [
    caveat,
    `${formatCount(threads)} computing threads shared ${cores}: the ranks waited for each other's cores, and timings are longer than the work.`,
  ]
}

function ofImport({ torch, backend, worldSize, nodes }: Imported, { phaseShares }: Summary): string[] {
  const hosts = nodes === 1 ? 'one machine' : `${formatCount(nodes)} machines`
  return [
    `The figures were measured by PyTorch ${torch} with ${formatCount(worldSize)} ${worldSize === 1 ? 'rank' : 'ranks'} over ${backend} on ${hosts} and imported: this lab did not see them happen.`,
    phaseShares !== null && phaseShares.allReduceMs > 0
      ? "PyTorch's all-reduce runs during the backward pass: its time here is what was not hidden by it, not the whole cost of communication."
      : "PyTorch's all-reduce runs inside the backward pass: its time is part of forward and backward here, and no all-reduce time is given.",
  ]
}

function ofDevices({ worldSize, device }: RunConfig): string {
  const [ranks, sums] = worldSize === 1 ? ['The one rank', ''] : [`The ${formatCount(worldSize)} ranks`, '; its CPU summed their gradients']
  return `${ranks} of this run computed through ${deviceTitles[device]} on one machine${sums}. The speed is that of this machine, not of others.`
}
