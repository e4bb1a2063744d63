/**
 * The report as JSON: the facts themselves, nothing rounded, nothing left out. Facts are indented, each step is one
 * line. Characters that cannot be seen are written as JSON escapes; parsing gives back the very same report.
 */
import type { RunReport } from '../../shared/domain/report.ts'
import { revealHidden } from './escape.ts'

export function renderJson({ steps, epochs, ...facts }: RunReport): string {
  const lines = (entries: readonly object[]): string => entries.map((entry) => `\n    ${JSON.stringify(entry)}`).join(',')
  const opened = JSON.stringify(facts, null, 2).slice(0, -2)
  return revealHidden(`${opened},\n  "epochs": [${lines(epochs)}],\n  "steps": [${lines(steps)}]\n}\n`)
}
