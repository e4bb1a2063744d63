/**
 * The headline being typed and the newest answer to it. Asks as one types, a short pause after the last key;
 * an answer that comes after a newer question was asked is dropped.
 */
import { create } from 'zustand'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import type { Prediction } from '../../shared/domain/prediction.ts'
import { lab } from '../ipc/client.ts'
import { toErrorInfo } from '../ipc/errors.ts'

interface PlaygroundState {
  text: string
  prediction: Prediction | null
  error: LabErrorInfo | null
  /** Whether the shown answer is older than the question. */
  pending: boolean
  type(text: string): void
  /** Asks `modelId` about the text; null: there is no model to ask. */
  ask(modelId: string | null): void
}

const pauseMs = 180

export const usePlayground = create<PlaygroundState>((set, get) => {
  let question = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  return {
    text: '',
    prediction: null,
    error: null,
    pending: false,
    type: (text) => set({ text }),
    ask: (modelId) => {
      const mine = ++question
      const text = get().text
      clearTimeout(timer)
      if (modelId === null || text.trim() === '') return set({ prediction: null, error: null, pending: false })
      set({ pending: true })
      timer = setTimeout(() => {
        lab.playground.classify({ modelId, text }).then(
          (prediction) => mine === question && set({ prediction, error: null, pending: false }),
          (error: unknown) => mine === question && set({ prediction: null, error: toErrorInfo(error), pending: false }),
        )
      }, pauseMs)
    },
  }
})
