/** What a check is: a pure judgement of measured results, in words that a person reads. */
export interface Verdict {
  met: boolean
  /** What was measured and what was asked for, with figures. */
  because: string
}

export const verdict = (met: boolean, because: string): Verdict => ({ met, because })
