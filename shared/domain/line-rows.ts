/** Lines joined with their answers, filtered and ordered for the table. Pure: ten thousand rows take milliseconds. */
import { labelMatcher } from './labelled-lines.ts'
import type { LineAnswers, ModelChoice } from './prediction.ts'

export interface Line {
  text: string
  /** As written in the file. */
  actual: string | null
}

/** What one model said to the lines, in their order; shorter than the lines while it goes on. */
export interface AnsweredLines extends LineAnswers {
  by: ModelChoice
}

export interface LineRow {
  /** 1-based. */
  line: number
  text: string
  actual: string | null
  /** `actual` as the model's label, or null. */
  actualIndex: number | null
  predicted: number
  answer: string
  confidence: number
  probabilities: number[]
  truncatedCount: number
  /** `difference`: probability of the first model's answer, second minus first. */
  second: { answer: string; confidence: number; difference: number } | null
}

export interface RowFilter {
  text: string
  /** The first model's answer. */
  label: string | null
  only: 'mistakes' | 'differences' | null
  /** A cell of the confusion matrix. */
  cell: { actual: number; predicted: number } | null
}

export interface RowOrder {
  by: 'line' | 'text' | 'actual' | 'answer' | 'confidence' | 'second' | 'difference'
  descending: boolean
}

/** Those that have an answer, in the order of the lines. */
export function rowsOf(lines: readonly Line[], first: AnsweredLines | null, second: AnsweredLines | null): LineRow[] {
  if (!first) return []
  const match = labelMatcher(first.labels)
  return first.answers.map((given, index) => {
    const { text, actual } = lines[index]!
    const answer = first.labels[given.predicted]!
    const confidence = given.probabilities[given.predicted]!
    const other = second?.answers[index]
    const shared = second?.labels.indexOf(answer) ?? -1
    return {
      line: index + 1,
      text,
      actual,
      actualIndex: match(actual),
      predicted: given.predicted,
      answer,
      confidence,
      probabilities: given.probabilities,
      truncatedCount: given.truncatedCount,
      second:
        second && other
          ? {
              answer: second.labels[other.predicted]!,
              confidence: other.probabilities[other.predicted]!,
              difference: (other.probabilities[shared] ?? 0) - confidence,
            }
          : null,
    }
  })
}

export function filterRows(rows: readonly LineRow[], { text, label, only, cell }: RowFilter): LineRow[] {
  const wanted = text.trim().toLowerCase()
  return rows.filter(
    (row) =>
      (wanted === '' || row.text.toLowerCase().includes(wanted)) &&
      (label === null || row.answer === label) &&
      (only !== 'mistakes' || (row.actualIndex !== null && row.actualIndex !== row.predicted)) &&
      (only !== 'differences' || (row.second !== null && row.second.answer !== row.answer)) &&
      (cell === null || (row.actualIndex === cell.actual && row.predicted === cell.predicted)),
  )
}

const words = new Intl.Collator('en')

const comparisons: Record<RowOrder['by'], (a: LineRow, b: LineRow) => number> = {
  line: (a, b) => a.line - b.line,
  text: (a, b) => words.compare(a.text, b.text),
  actual: (a, b) => words.compare(a.actual ?? '', b.actual ?? ''),
  answer: (a, b) => words.compare(a.answer, b.answer),
  confidence: (a, b) => a.confidence - b.confidence,
  second: (a, b) => words.compare(a.second?.answer ?? '', b.second?.answer ?? ''),
  difference: (a, b) => (a.second?.difference ?? 0) - (b.second?.difference ?? 0),
}

/** Rows that are equal keep the order of the lines. */
export function sortRows(rows: readonly LineRow[], { by, descending }: RowOrder): LineRow[] {
  const compare = comparisons[by]
  return [...rows].sort((a, b) => (descending ? compare(b, a) : compare(a, b)) || a.line - b.line)
}
