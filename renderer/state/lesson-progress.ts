/** How far the person has come: kept by the lab, changed here. Saved at once after each change. */
import { create } from 'zustand'
import { noProgress } from '../../shared/domain/lesson-progress.ts'
import type { LessonProgress } from '../../shared/domain/lesson-progress.ts'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import { lab } from '../ipc/client.ts'
import { isConnectionLoss, toErrorInfo } from '../ipc/errors.ts'

type Facts = LessonProgress['steps'][string]['facts']

interface ProgressState {
  progress: LessonProgress
  /** False until the lab has said what it keeps: nothing is saved before, so nothing is overwritten. */
  loaded: boolean
  error: LabErrorInfo | null
  refresh(): Promise<void>
  complete(step: string, because: string, facts: Facts, fastTrack: boolean): Promise<void>
  predict(experiment: string, answer: string): Promise<void>
  score(card: string, score: number): Promise<void>
  visit(step: string): Promise<void>
  forgetAll(): Promise<void>
}

export const useLessonProgress = create<ProgressState>((set, get) => {
  const save = async (change: (progress: LessonProgress) => LessonProgress): Promise<void> => {
    if (!get().loaded) return
    set({ progress: change(get().progress) })
    try {
      await lab.lessons.save(get().progress)
      set({ error: null })
    } catch (error) {
      if (!isConnectionLoss(error)) set({ error: toErrorInfo(error) })
    }
  }
  const now = (): string => new Date().toISOString()
  return {
    progress: noProgress,
    loaded: false,
    error: null,
    refresh: async () => {
      try {
        set({ progress: await lab.lessons.progress(), loaded: true, error: null })
      } catch (error) {
        if (!isConnectionLoss(error)) set({ error: toErrorInfo(error) })
      }
    },
    complete: (step, because, facts, fastTrack) =>
      save((progress) => ({ ...progress, steps: { ...progress.steps, [step]: { doneAt: now(), because, facts, fastTrack } } })),
    predict: (experiment, answer) =>
      save((progress) => ({ ...progress, predictions: { ...progress.predictions, [experiment]: { answer, at: now() } } })),
    score: (card, score) => save((progress) => ({ ...progress, cards: { ...progress.cards, [card]: { score, at: now() } } })),
    visit: (step) => (get().progress.lastStep === step ? Promise.resolve() : save((progress) => ({ ...progress, lastStep: step }))),
    forgetAll: () => save(() => noProgress),
  }
})
