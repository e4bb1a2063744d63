/** What a run looks like and what it is called beside others. */
import { rankColorCount, rankStyle } from '../../../shared/domain/series.ts'
import type { RunRecord } from '../../../shared/domain/run.ts'
import { dateTime } from '../../ui/format.ts'
import { runTitle } from '../run-panel/run-title.ts'

export interface RunLook {
  /** A CSS variable's name. */
  color: string
  /** As SVG has it: '6 3'. */
  dash: string | undefined
}

/** Of the `place`-th run; a run keeps its place while others come and go. */
export function lookOf(place: number): RunLook {
  const { color, dash } = rankStyle(place)
  return { color: `--rank-${color}`, dash: dash === '' ? undefined : dash }
}

/** More could not be told apart. */
export const mostRuns = 2 * rankColorCount

/** In order of `records`; runs of the same name are told apart by when they began, and by their ids. */
export function namesOf(records: readonly RunRecord[]): string[] {
  const titles = records.map(runTitle)
  const dated = records.map((record, index) => `${titles[index]!} · ${dateTime(record.createdAt)}`)
  const isOnly = (name: string, names: readonly string[]): boolean => names.indexOf(name) === names.lastIndexOf(name)
  return records.map(({ id }, index) => {
    if (isOnly(titles[index]!, titles)) return titles[index]!
    return isOnly(dated[index]!, dated) ? dated[index]! : `${dated[index]!} · ${id.slice(-4)}`
  })
}
