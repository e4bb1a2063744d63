/**
 * Answers to many lines against the labels that came with them: how many are right, how sure that figure is, which
 * classes are taken for which. Labels are matched by name. Pure.
 */
import { wilsonInterval } from './evaluation.ts'

export interface JudgedLine {
  /** Index into the model's labels. */
  predicted: number
  /** As written in the file; null where there is none. */
  actual: string | null
}

export interface Judgement {
  /** Lines whose label the model knows; the others are in no figure. */
  judgedCount: number
  correctCount: number
  accuracy: number
  /** 95 % Wilson score interval. */
  interval: [number, number]
  /** `confusion[actual][predicted]`, counts. */
  confusion: number[][]
  /** Labels the model does not know, as written, with their counts; most frequent first. */
  unknownLabels: { label: string; count: number }[]
}

const plain = (label: string): string => label.trim().toLowerCase()

/** From a label as written to its index among `modelLabels`, or null: names are compared without case or outer space. */
export function labelMatcher(modelLabels: readonly string[]): (label: string | null) => number | null {
  const indexOf = new Map(modelLabels.map((label, index) => [plain(label), index]))
  return (label) => (label === null ? null : (indexOf.get(plain(label)) ?? null))
}

/** Null where no line has a label. */
export function judge(lines: readonly JudgedLine[], modelLabels: readonly string[]): Judgement | null {
  const match = labelMatcher(modelLabels)
  const confusion = modelLabels.map(() => modelLabels.map(() => 0))
  const unknown = new Map<string, number>()
  let judgedCount = 0
  let correctCount = 0
  for (const { predicted, actual } of lines) {
    if (actual === null) continue
    const index = match(actual)
    if (index === null) {
      unknown.set(actual.trim(), (unknown.get(actual.trim()) ?? 0) + 1)
      continue
    }
    judgedCount++
    if (index === predicted) correctCount++
    confusion[index]![predicted]!++
  }
  if (judgedCount === 0 && unknown.size === 0) return null
  return {
    judgedCount,
    correctCount,
    accuracy: judgedCount === 0 ? Number.NaN : correctCount / judgedCount,
    interval: wilsonInterval(correctCount, judgedCount),
    confusion,
    unknownLabels: [...unknown].map(([label, count]) => ({ label, count })).sort((a, b) => b.count - a.count),
  }
}
