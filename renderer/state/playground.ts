/**
 * The headline being typed, and what one or two models answer to it. Asks as one types, a short pause after the last key;
 * what is superseded is taken back, in the lab too. An answer keeps the text and the model it belongs to: whether it is
 * the answer to what stands on the screen is `isCurrent`'s to say.
 */
import { create } from 'zustand'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import { longestText } from '../../shared/contract/playground.ts'
import type { Attribution, ModelChoice, ModelFacts, Prediction } from '../../shared/domain/prediction.ts'
import { wordsOf } from '../../shared/domain/words.ts'
import { lab } from '../ipc/client.ts'
import { latest } from './latest.ts'
import { refresh, unknown } from './remote.ts'
import type { Remote } from './remote.ts'

export interface Asked<T> {
  /** The newest answer; an error leaves the one before. */
  value: T | null
  /** Who gave `value`. */
  by: ModelChoice | null
  pending: boolean
  error: LabErrorInfo | null
}

export type Slot = 'first' | 'second'

interface PlaygroundState {
  text: string
  /** Characters that were pasted, where that was more than is kept. */
  pastedLength: number | null
  choice: Record<Slot, ModelChoice | null>
  answer: Record<Slot, Asked<Prediction>>
  attribution: Asked<Attribution>
  /** Of the first model. */
  facts: Remote<ModelFacts>
  type(text: string): void
  /** Null: no model. */
  choose(slot: Slot, choice: ModelChoice | null): void
  refreshFacts(): Promise<void>
  /** Without the pause. */
  askNow(): void
  measureWords(): void
  /** Takes back all that is under way; what was answered stays. */
  cancel(): void
}

const pauseMs = 110
/** Texts of so many words are measured without being asked. */
export const measuredByItself = 40

const nothing: Asked<never> = { value: null, by: null, pending: false, error: null }

export const sameChoice = (a: ModelChoice | null, b: ModelChoice | null): boolean =>
  a?.modelId === b?.modelId && a?.checkpoint === b?.checkpoint

/** Whether `asked` holds the answer of `choice` to `text`. */
export const isCurrent = <T extends { text: string }>(asked: Asked<T>, text: string, choice: ModelChoice | null): boolean =>
  asked.value !== null && asked.value.text === text && sameChoice(asked.by, choice)

export const usePlayground = create<PlaygroundState>((set, get) => {
  const asking = { first: latest(), second: latest() }
  const measuring = latest()

  const setAnswer = (slot: Slot, asked: Partial<Asked<Prediction>>): void =>
    set(({ answer }) => ({ answer: { ...answer, [slot]: { ...answer[slot], ...asked } } }))
  const setAttribution = (asked: Partial<Asked<Attribution>>): void =>
    set(({ attribution }) => ({ attribution: { ...attribution, ...asked } }))

  const measure = (): void => {
    const { text, choice } = get()
    const by = choice.first
    if (by === null || text.trim() === '') return
    setAttribution({ pending: true, error: null })
    measuring.ask(
      0,
      (signal) => lab.playground.attribute({ ...by, text }, { signal }),
      (value) => setAttribution({ value, by, pending: false }),
      (error) => setAttribution({ pending: false, error }),
    )
  }

  const ask = (slot: Slot, pause: number): void => {
    const { text, choice, answer } = get()
    const by = choice[slot]
    if (slot === 'first') {
      measuring.cancel()
      setAttribution({ pending: false, error: null })
    }
    if (by === null || text.trim() === '') {
      asking[slot].cancel()
      return setAnswer(slot, nothing)
    }
    if (isCurrent(answer[slot], text, by)) {
      asking[slot].cancel()
      setAnswer(slot, { pending: false, error: null })
    } else {
      setAnswer(slot, { pending: true })
      asking[slot].ask(
        pause,
        (signal) => lab.playground.classify({ ...by, text }, { signal }),
        (value) => {
          setAnswer(slot, { value, by, pending: false, error: null })
          if (slot === 'first' && wordsOf(text, measuredByItself + 1).length <= measuredByItself) measure()
        },
        (error) => setAnswer(slot, { pending: false, error }),
      )
    }
  }

  const askBoth = (pause: number): void => {
    ask('first', pause)
    ask('second', pause)
  }

  return {
    text: '',
    pastedLength: null,
    choice: { first: null, second: null },
    answer: { first: nothing, second: nothing },
    attribution: nothing,
    facts: unknown,
    type: (typed) => {
      const text = cutText(typed)
      set({ text, pastedLength: text.length < typed.length ? typed.length : null })
      askBoth(pauseMs)
    },
    choose: (slot, chosen) => {
      const before = get().choice[slot]
      set(({ choice }) => ({ choice: { ...choice, [slot]: chosen } }))
      if (slot === 'first' && before?.modelId !== chosen?.modelId) {
        set({ facts: unknown })
        void get().refreshFacts()
      }
      if (!sameChoice(before, chosen)) ask(slot, 0)
    },
    refreshFacts: async () => {
      const modelId = get().choice.first?.modelId
      if (modelId === undefined) return
      const mine = (): boolean => get().choice.first?.modelId === modelId
      await refresh(
        () => get().facts,
        (facts) => mine() && set({ facts }),
        () => lab.playground.facts({ modelId }),
      )
    },
    askNow: () => askBoth(0),
    measureWords: measure,
    cancel: () => {
      for (const one of [asking.first, asking.second, measuring]) one.cancel()
      setAnswer('first', { pending: false })
      setAnswer('second', { pending: false })
      setAttribution({ pending: false })
    },
  }
})

/** At most `longestText` units, no character cut in half. */
function cutText(text: string): string {
  if (text.length <= longestText) return text
  const cut = text.slice(0, longestText)
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut
}
