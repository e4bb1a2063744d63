/**
 * The course of a run as text: on a terminal one line that is rewritten, elsewhere a line every few per cent; a line for
 * each finished epoch either way. Knows the run's events only, not how the run is made.
 */
import { wilsonInterval } from '../../shared/domain/evaluation.ts'
import type { EpochMetrics, StepMetrics } from '../../shared/domain/metrics.ts'
import type { Incident, RunEvent, RunProgress } from '../../shared/domain/run.ts'
import { finalRunStates } from '../../shared/domain/run.ts'
import type { Terminal } from './terminal.ts'
import { bar, count, duration, percent } from './terminal.ts'

/** Lines in a log for the whole of training. */
const lineCount = 20
const barWidth = 24
const averagedSteps = 20

export class ProgressPrinter {
  readonly #terminal: Terminal
  #printedLines = 0
  #activity = ''
  #epochs = 0
  #incidents = 0
  /** The newest, for a throughput that can be read. */
  #recent: StepMetrics[] = []

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  show(event: RunEvent): void {
    const { steps, epochs, progress } = event.type === 'snapshot' ? event.detail : event
    this.#recent = [...this.#recent, ...steps].slice(-averagedSteps)
    // A resumed run begins with the epochs of its earlier attempts.
    if (event.type === 'snapshot') this.#epochs = epochs.length
    else for (const epoch of epochs) this.#printEpoch(epoch)
    const record = event.type === 'snapshot' ? event.detail.record : event.record
    if (event.type === 'delta') for (const incident of survived(record?.incidents.slice(this.#incidents))) this.line(incidentLine(incident))
    this.#incidents = record?.incidents.length ?? this.#incidents
    if (!record || !finalRunStates.includes(record.state)) this.#printProgress(progress)
  }

  /** A line of its own, above the progress. */
  line(text: string): void {
    this.#terminal.write(`${this.#terminal.live ? '\r\x1b[K' : ''}${text}\n`)
  }

  /** Takes the progress away. */
  end(): void {
    if (this.#terminal.live) this.#terminal.write('\r\x1b[K')
  }

  #printEpoch(epoch: EpochMetrics): void {
    this.#epochs += 1
    this.line(epochLine(epoch))
  }

  #printProgress(progress: RunProgress): void {
    const share = progress.totalSteps ? progress.step / progress.totalSteps : 0
    const text = progress.step === 0 ? `${progress.activity} …` : this.#trainingLine(progress, share)
    if (this.#terminal.live) {
      this.#terminal.write(`\r\x1b[K${text.slice(0, this.#terminal.columns - 1)}`)
      return
    }
    const starting = progress.step === 0 && progress.activity !== this.#activity
    const lines = Math.floor(share * lineCount)
    const due = lines > this.#printedLines
    this.#activity = progress.activity
    this.#printedLines = lines
    if (starting || due) this.line(text)
  }

  #trainingLine({ step, totalSteps, etaMs, activity }: RunProgress, share: number): string {
    const newest = this.#recent.at(-1)
    return [
      `${bar(share, barWidth)} ${percent(share, 0).padStart(5)}`,
      `step ${step}/${totalSteps ?? '?'}`,
      activity,
      ...(newest ? [`loss ${newest.globalLoss.toFixed(3)}`, `${count(throughput(this.#recent))} samples/s`] : []),
      ...(etaMs === null ? [] : [`ETA ${duration(etaMs)}`]),
    ].join(' · ')
  }
}

/** Samples per second over several steps: all samples over all their time, not a mean of rates. */
function throughput(steps: readonly StepMetrics[]): number {
  const seconds = steps.reduce((sum, step) => sum + step.exampleCount / step.samplesPerSec, 0)
  return steps.reduce((sum, step) => sum + step.exampleCount, 0) / seconds
}

/** Those after which the run went on. */
export const survived = (incidents: readonly Incident[] = []): Incident[] =>
  incidents.filter(({ resumedFromStep }) => resumedFromStep !== null)

export const incidentLine = ({ error, resumedFromStep, worldSize }: Incident): string =>
  `${error.title}. Going on from step ${resumedFromStep} with ${worldSize} ${worldSize === 1 ? 'rank' : 'ranks'}. ${error.cause}`

/** One finished epoch: losses, accuracy with its 95 % interval over the whole validation split, throughput. */
export function epochLine(epoch: EpochMetrics): string {
  const { validationAccuracy, validationCount } = epoch
  const [low, high] = wilsonInterval(Math.round(validationAccuracy * validationCount), validationCount)
  return [
    `epoch ${epoch.epoch + 1}`,
    `train loss ${epoch.trainLoss.toFixed(4)}`,
    `validation loss ${epoch.validationLoss.toFixed(4)}`,
    `accuracy ${percent(validationAccuracy)} (95 %: ${percent(low)} to ${percent(high)}, n = ${count(validationCount)})`,
    `${count(epoch.samplesPerSec)} samples/s`,
    `${count(epoch.tokensPerSec)} tokens/s`,
  ].join(' · ')
}
