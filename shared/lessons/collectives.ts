/** Collectives are meetings: all ranks have to come to the same ones, in the same order. */
import type { ProgramResult } from '../domain/workbench.ts'
import type { Collective } from '../domain/workbench/program.ts'
import { type Verdict, verdict } from './check.ts'

type RankCalls = Pick<ProgramResult['ranks'][number], 'collectives' | 'outcome'>

/** The first place at which ranks do not do the same; null where they always do. */
export function firstDisagreement(all: readonly RankCalls[]): number | null {
  // Who died could report nothing.
  const ranks = all.filter(({ outcome }) => outcome !== 'died')
  const longest = Math.max(...ranks.map(({ collectives }) => collectives.length))
  for (let place = 0; place < longest; place++) {
    const calls = new Set(ranks.map(({ collectives }) => signature(collectives[place])))
    if (calls.size > 1 || ranks.some(({ collectives }) => collectives[place]?.endMs === null)) return place
  }
  return null
}

const signature = (call: Collective | undefined): string => (call ? `${call.kind} ${call.step} ${call.bucket} ${call.bytes}` : 'none')

/** All ranks came, did the same things together, and finished. */
export function metInOrder({ ranks }: Pick<ProgramResult, 'ranks'>): Verdict {
  const finished = ranks.filter(({ outcome }) => outcome === 'finished').length
  const place = firstDisagreement(ranks)
  const calls = ranks[0]?.collectives.length ?? 0
  if (finished < ranks.length) return verdict(false, `${finished} of ${ranks.length} ranks finished.`)
  if (place !== null) return verdict(false, `At call ${place + 1} the ranks did not do the same.`)
  return verdict(
    calls > 0,
    `${ranks.length} processes met, called the same ${calls} ${calls === 1 ? 'collective' : 'collectives'} in the same order, and finished.`,
  )
}
