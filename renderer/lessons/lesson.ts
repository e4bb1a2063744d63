/**
 * What a phase, a step and an experiment are, as data: what runs, which widget shows it, which check judges it, which code is
 * shown. Prose is beside it, `<step>.mdx`, and PyTorch's lines, `<step>.py` (prose.ts). Types only; nothing is drawn here.
 */
import type { ProgramRequest } from '../../shared/domain/workbench.ts'
import type { RunConfigInput } from '../../shared/domain/run-config.ts'
import type { Verdict } from '../../shared/lessons/check.ts'
import type { CodeRegion } from './code-region.ts'
import type { Evidence } from './evidence.ts'
import type { WidgetId } from './widgets/ids.ts'

/** Judges what was measured; null where nothing was measured yet. */
export type Check = (evidence: Evidence) => Verdict | null

/** Programs of the workbench, one after the other. */
export interface ProgramsRun {
  kind: 'programs'
  /** On the button: what happens. */
  label: string
  requests: readonly ProgramRequest[]
  /** Offers these numbers of ranks; the first is preset. */
  worldSizes?: readonly number[]
  /** Asks for headlines of the person, and sends them along. */
  withTexts?: boolean
}

/** A training run of the lab, started as from the home screen. */
export interface TrainingRun {
  kind: 'training'
  label: string
  /** The name finds the run again after a restart of the lab. */
  config: RunConfigInput & { name: string }
  /** Ends a rank's process, as the system does when memory runs out, once the run has come so far. */
  kill?: { rank: number; atStep: number }
}

/** An export of the newest trained model. */
export interface ExportRun {
  kind: 'export'
  label: string
  /** Where no model has been trained yet, this run makes one first. */
  otherwise: TrainingRun
}

/** Nothing is started: the widget itself asks, or shows what other steps have measured. */
export interface CardsRun {
  kind: 'cards'
  /** Results to look up. */
  shows?: readonly StepRun[]
}

export type StepRun = ProgramsRun | TrainingRun | ExportRun | CardsRun

export interface Step {
  /** Also the name of its files. Once in all phases. */
  id: string
  /** A question or a claim. */
  title: string
  run: StepRun
  widget: WidgetId
  check: Check
  /** Real source, most important first. */
  code: readonly CodeRegion[]
  /** Experiments that break what this step shows. */
  experiments?: readonly string[]
}

export interface Lesson {
  number: number
  id: string
  title: string
  /** What a person can do or explain afterwards. One sentence. */
  aim: string
  steps: readonly Step[]
}

/** A way in which something is broken, and its repair. */
export interface Experiment {
  number: number
  id: string
  /** What is done wrong, in a few words. */
  title: string
  /** What to say before it runs. `expected` is the index of what will happen. */
  prediction: { question: string; options: readonly string[]; expected: number }
  broken: ProgramsRun | TrainingRun
  fixed: ProgramsRun | TrainingRun
  widget: WidgetId
  /** Over both forms: the probe tells them apart. */
  check: Check
  /** Real source of both forms, shown as a difference; null where no line changes, but the settings of a run. */
  code: { broken: readonly CodeRegion[]; fixed: readonly CodeRegion[] } | null
  /** A sentence or three to say in an interview. */
  say: string
}
