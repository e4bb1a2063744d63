/** What a check is: a pure judgement of measured results, in words that a person reads. */
import type { ProgramId, ProgramResult } from '../domain/workbench.ts'

export interface Verdict {
  met: boolean
  /** What was measured and what was asked for, with figures. */
  because: string
}

export type Check<Id extends ProgramId> = (result: ProgramResult<Id>) => Verdict

export const verdict = (met: boolean, because: string): Verdict => ({ met, because })

/** The first ground that speaks against, or `otherwise` where there is none. */
export function unless(grounds: readonly (string | false)[], otherwise: string): Verdict {
  const against = grounds.find((ground) => ground !== false)
  return against === undefined ? verdict(true, otherwise) : verdict(false, against)
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
export const mean = (values: readonly number[]): number => sum(values) / Math.max(1, values.length)
export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
/** Three digits. */
export const figure = (value: number): string => String(Number(value.toPrecision(3)))
export const percent = (share: number): string => `${Math.round(100 * share)} %`
/** One entry, or all alike. */
export const allEqual = (values: readonly unknown[]): boolean => values.every((value) => value === values[0])
