/** What the loads on a served model come to: a line of figures for each number of clients, and one for the open loop. Pure. */
import type { InferenceSweep, LoadTurn } from '../domain/inference-sweep.ts'
import { median } from '../domain/series.ts'

/** Of the turns that have the figure. */
export interface Spread {
  each: readonly number[]
  median: number
  min: number
  max: number
}

export interface LoadFigures {
  loop: 'closed' | 'open'
  /** Of the open loop: connections. */
  clients: number
  /** That were to be asked; of the open loop only. */
  askedPerSec: number | null
  /** Over the turns, right answers only; null where no turn had one. */
  perSec: Spread | null
  p50Ms: Spread | null
  p95Ms: Spread | null
  p99Ms: Spread | null
  /** Of all turns. */
  requests: number
  errors: number
}

export function loadFigures({ closed, open }: InferenceSweep): LoadFigures[] {
  return [
    ...closed.map(({ clients, turns }) => figuresOf('closed', clients, null, turns)),
    ...(open === null ? [] : [figuresOf('open', open.connections, open.perSec, open.turns)]),
  ]
}

function figuresOf(loop: LoadFigures['loop'], clients: number, askedPerSec: number | null, turns: readonly LoadTurn[]): LoadFigures {
  const spread = (of: (turn: LoadTurn) => number | null): Spread | null => {
    const each = turns.map(of).filter((value) => value !== null)
    return each.length === 0 ? null : { each, median: median(each)!, min: Math.min(...each), max: Math.max(...each) }
  }
  const total = (of: (turn: LoadTurn) => number): number => turns.reduce((sum, turn) => sum + of(turn), 0)
  return {
    loop,
    clients,
    askedPerSec,
    perSec: spread(({ perSec }) => perSec),
    p50Ms: spread(({ p50Ms }) => p50Ms),
    p95Ms: spread(({ p95Ms }) => p95Ms),
    p99Ms: spread(({ p99Ms }) => p99Ms),
    requests: total(({ count }) => count),
    errors: total(({ errors }) => errors),
  }
}
