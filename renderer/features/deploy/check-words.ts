/** What a check has shown, in words. Pure. */
import type { Comparison, DeployedCheck } from '../../../shared/domain/space.ts'
import { figure, plural } from '../../ui/format.ts'

type ApiCheck = Extract<DeployedCheck, { kind: 'api' }>
type StaticCheck = Extract<DeployedCheck, { kind: 'static' }>

/** Rounding shows as what it is; nothing at all as 0. */
export const closeness = (difference: number): string =>
  difference === 0 ? '0' : difference < 0.001 ? difference.toExponential(1) : difference.toFixed(3)

export function answersInWords({ health, answers, comparison }: ApiCheck): string {
  const asked = `It is ${health.status} and answered ${plural(answers.length, 'headline')}`
  if (comparison === null) return `${asked}.`
  return comparison.labelsEqual
    ? `${asked}, each as here; the probabilities differ by ${closeness(comparison.largestDifference)} at most.`
    : `${asked}, but not as here: other classes are named.`
}

/** 'the weights in the folder news-docker, step-000040' */
export function comparedInWords({ with: what, title, checkpoint }: Comparison): string {
  return `${what === 'folder' ? 'the weights in the folder' : 'the model'} ${title}${checkpoint === null ? '' : `, ${checkpoint}`}`
}

/** 'p50 12.3 ms, p95 20.1 ms of 21 requests' */
export function latencyInWords({ count, p50Ms, p95Ms }: ApiCheck['latency']): string {
  return `p50 ${figure(p50Ms)} ms${p95Ms === null ? '' : `, p95 ${figure(p95Ms)} ms`} of ${plural(count, 'request')}`
}

export function filesInWords({ files, isSame, comparedWith }: StaticCheck): string {
  const base = comparedWith === 'local folder' ? 'the folder here' : 'the list that it brings along'
  if (isSame) return `All ${files.length} files are there, each the same as in ${base}.`
  const wrong = files.filter(({ state }) => state !== 'same').length
  return `${plural(wrong, 'file')} of ${files.length} ${wrong === 1 ? 'is' : 'are'} not as in ${base}.`
}

/** Whether it is what one hoped for; null: nothing was checked. */
export function isAsExpected(result: DeployedCheck | null): boolean | null {
  if (result === null) return null
  return result.kind === 'static' ? result.isSame : result.health.status === 'ok' && result.comparison?.labelsEqual !== false
}
