/** The whole course in order: phases with their steps, experiments; and who comes before and after whom. */
import { benchmark } from './05-benchmark/lesson.ts'
import { documentation } from './06-documentation/lesson.ts'
import { deployment } from './07-deployment/lesson.ts'
import { inference } from './04-inference/lesson.ts'
import { foundation } from './01-foundation/lesson.ts'
import { baseline } from './02-baseline/lesson.ts'
import { ddp } from './03-ddp/lesson.ts'
import type { Experiment, Lesson, Step } from './lesson.ts'

export const lessons: readonly Lesson[] = [foundation, baseline, ddp, inference, benchmark, documentation, deployment]

const experimentFiles = import.meta.glob<{ experiment: Experiment }>('./experiments/*/experiment.ts', { eager: true })
/** Each is a folder of its own under `experiments/`. */
export const experiments: readonly Experiment[] = Object.values(experimentFiles)
  .map(({ experiment }) => experiment)
  .sort((a, b) => a.number - b.number)

export interface StepPlace {
  lesson: Lesson
  step: Step
  /** Of the step in its lesson, 0-based. */
  index: number
}

const places: readonly StepPlace[] = lessons.flatMap((lesson) => lesson.steps.map((step, index) => ({ lesson, step, index })))

/** The step of a phase; the phase's first one where no step is named; null where there is none of that name. */
export function placeOf(lesson: string | null, step: string | null): StepPlace | null {
  return places.find((place) => place.lesson.id === lesson && (step === null || place.step.id === step)) ?? null
}

export const placeOfStep = (step: string | null): StepPlace | null => places.find((place) => place.step.id === step) ?? null
export const experimentOf = (id: string | null): Experiment | null => experiments.find((experiment) => experiment.id === id) ?? null

/** The step before or after, across phases. */
export function neighbour({ step }: StepPlace, distance: -1 | 1): StepPlace | null {
  return places[places.findIndex((place) => place.step === step) + distance] ?? null
}

/** Where to go on: the first step that is not done; null where all are. */
export const nextOpen = (done: Readonly<Record<string, unknown>>): StepPlace | null => places.find(({ step }) => !(step.id in done)) ?? null
