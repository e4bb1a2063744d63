/** The headlines that a person typed for the lessons: the same ones go through tokens, the training step and the ring. */
import { create } from 'zustand'
import { useWorkbench } from './workbench.ts'

interface LessonTexts {
  /** As typed, one headline a line; null: nothing typed yet in this window. */
  typed: string | null
  type(typed: string): void
}

export const useLessonTexts = create<LessonTexts>((set) => ({ typed: null, type: (typed) => set({ typed }) }))

const mostTexts = 8
const longestText = 300

/** What is sent along. */
export const textsOf = (typed: string): string[] =>
  typed
    .split('\n')
    .map((line) => line.trim().slice(0, longestText))
    .filter((line) => line !== '')
    .slice(0, mostTexts)

/** What stands in the field: what was typed, else what was measured last. */
export function useTypedTexts(): string {
  const typed = useLessonTexts((state) => state.typed)
  const results = useWorkbench((state) => state.results)
  if (typed !== null) return typed
  const last = results['tokens/measured']
  return last?.program === 'tokens' ? last.input.texts.join('\n') : ''
}
