/** Checks of phases 4 and 5, and the models that measured times are compared with. */
import { type CostFit, fitAlphaBeta } from '../../domain/cost-model.ts'
import type { ProgramResult } from '../../domain/workbench.ts'
import { type Check, figure, median, percent, sum, unless } from '../check.ts'

export interface SweepScore {
  /** Of the ring of two. */
  fit: CostFit
  /** For each larger ring: what the fit predicts, and what was measured. */
  predictions: { worldSize: number; bytes: number; predictedMs: number; measuredMs: number }[]
  /** Median of the larger over the smaller of both, 1 at best. */
  offBy: number
}

/**
 * A ring of N makes 2 (N - 1) rounds of n / N bytes: (N - 1) times the start-up of two ranks, 2 (N - 1) / N times the
 * bytes. Null where the times of two ranks cannot be fitted.
 */
export function scoreSweep({ ranks }: ProgramResult<'allreduce-sweep'>): SweepScore | null {
  const { rings } = ranks[0]!.probe
  const two = rings.find(({ worldSize }) => worldSize === 2)
  const fit = two ? fitAlphaBeta(two.samples) : null
  if (fit === null) return null
  const predictions = rings
    .filter(({ worldSize }) => worldSize > 2)
    .flatMap(({ worldSize, samples }) =>
      samples.map(({ bytes, ms }) => ({
        worldSize,
        bytes,
        predictedMs: (worldSize - 1) * fit.alphaMs + ((2 * (worldSize - 1)) / worldSize) * fit.betaMsPerByte * bytes,
        measuredMs: ms,
      })),
    )
  const offBy = median(predictions.map(({ predictedMs, measuredMs }) => Math.max(predictedMs / measuredMs, measuredMs / predictedMs)))
  return { fit, predictions, offBy }
}

/** Share of the variance that a usable fit explains. */
const goodFit = 0.7

export const allReduceSweep: Check<'allreduce-sweep'> = (result) => {
  const score = scoreSweep(result)
  if (score === null || score.predictions.length === 0) return unless(['There are not enough sizes and rings to fit and to predict.'], '')
  const { fit, offBy } = score
  const largest = score.predictions.at(-1)!
  return unless(
    [
      fit.r2 < goodFit &&
        `The line through the times of two ranks explains ${percent(fit.r2)} of them; ${percent(goodFit)} are asked for. Measure again when the machine is quiet.`,
    ],
    `α = ${figure(fit.alphaMs)} ms, β = ${figure(fit.betaMsPerByte * 1e6)} ms per MB (r² ${figure(fit.r2)}). For ${largest.worldSize} ranks and ${largest.bytes / 1024 / 1024} MB ` +
      `it predicts ${figure(largest.predictedMs)} ms; measured ${figure(largest.measuredMs)} ms. Over all sizes and rings it is off by a factor of ${figure(offBy)}.`,
  )
}

export interface ScalingFacts {
  /** Throughput of N ranks over that of one, same global batch. */
  strongSpeedup: number
  /** The same with a whole batch each. */
  weakSpeedup: number
  ranks: number
  /** Share of a step that does not get shorter with more ranks, by Amdahl's law from the strong speed-up; 1 at most. */
  serialShare: number
}

export function scalingFacts({ ranks }: ProgramResult<'scaling'>): ScalingFacts | null {
  const { runs } = ranks[0]!.probe
  const find = (kind: string) => runs.find((run) => run.kind === kind)
  const [one, strong, weak] = [find('one'), find('strong'), find('weak')]
  if (!one || !strong || !weak) return null
  const strongSpeedup = strong.samplesPerSec / one.samplesPerSec
  const serialShare = Math.min(1, Math.max(0, (strong.ranks / strongSpeedup - 1) / (strong.ranks - 1)))
  return { strongSpeedup, weakSpeedup: weak.samplesPerSec / one.samplesPerSec, ranks: strong.ranks, serialShare }
}

export const scaling: Check<'scaling'> = (result) => {
  const facts = scalingFacts(result)
  const { runs } = result.ranks[0]!.probe
  const [one, strong] = runs
  return unless(
    [
      facts === null && 'One of the three runs is missing.',
      one!.globalBatch !== strong!.globalBatch && 'Strong scaling keeps the global batch: these two differ.',
      runs.some(({ stepMs }) => stepMs.length !== result.input.steps) && 'A run has not timed all of its steps.',
    ],
    facts === null
      ? ''
      : `${facts.ranks} ranks are ${figure(facts.strongSpeedup)} times as fast as one with the same batch (strong), ${figure(facts.weakSpeedup)} times with a batch each (weak). ` +
          (facts.strongSpeedup > 1
            ? `By Amdahl's law ${percent(facts.serialShare)} of the step do not get shorter.`
            : 'A share of this batch is too small to pay for the talking.'),
  )
}

/** Better than this, the model has learned something to be calibrated about. */
const learnedAccuracy = 0.5

export const calibration: Check<'calibration'> = ({ ranks }) => {
  const { accuracy, bins, rowCount, expectedCalibrationError: error, confusion, mistakes } = ranks[0]!.probe
  const again = sum(bins.map((bin) => (bin.count / rowCount) * Math.abs(bin.accuracy - bin.meanConfidence)))
  return unless(
    [
      accuracy < learnedAccuracy && `The model is right on ${percent(accuracy)} only: train it for more steps.`,
      (sum(bins.map(({ count }) => count)) !== rowCount || sum(confusion.flat()) !== rowCount) &&
        'Bins and confusion matrix do not hold every row once.',
      Math.abs(again - error) > 1e-9 && 'The calibration error is not that of the bins.',
    ],
    `Right on ${percent(accuracy)} of ${rowCount} rows; between what it says and how often it is right lie ${percent(error)} on average. ` +
      (mistakes[0]
        ? `Its surest mistake: ${percent(mistakes[0].confidence)} for ${mistakes[0].predicted} instead of ${mistakes[0].label}.`
        : 'It made no mistake.'),
  )
}

/** A batch pays if it brings at least so many times the answers of one text at a time. */
const batchingPays = 1.5

export const latencyBatches: Check<'latency-batches'> = ({ ranks }) => {
  const { batches, evaluationMode, trainingMode } = ranks[0]!.probe
  const [single] = batches
  const best = batches.reduce((a, b) => (b.textsPerSec > a.textsPerSec ? b : a))
  return unless(
    [
      evaluationMode[0] !== evaluationMode[1] && 'The same text got two answers in evaluation mode.',
      trainingMode[0] === trainingMode[1] && 'Dropout changed nothing: it was not on.',
      best.textsPerSec < batchingPays * single!.textsPerSec &&
        `Batches brought ${figure(best.textsPerSec / single!.textsPerSec)} times the answers; measure again when the machine is quiet.`,
    ],
    `Alone a text takes ${figure(single!.p50Ms)} ms; ${best.rows} at a time take ${figure(best.p50Ms)} ms, ${figure(best.textsPerSec / single!.textsPerSec)} times as many answers a second.`,
  )
}
