/**
 * What is kept of a step that diverged: `diverged-step-000012-rank-1.json` in the run directory, with the rows that this
 * rank had in the step, its loss, and which gradients were no numbers. The error that ends the run names the file.
 */
import { basename, join } from 'node:path'
import { writeFileAtomic } from '../checkpoint/atomic.ts'
import { DivergedError } from '../engine/diverged.ts'
import type { ParameterArena } from '../engine/parameters.ts'

export interface DivergedContext {
  runDirectory: string
  attempt: string
  rank: number
  worldSize: number
  arena: ParameterArena
  /** Row indices of each micro-batch of this rank, into the training split. */
  rows: readonly Int32Array[]
}

/** JSON has no NaN and no infinity: they are kept as words. */
const worded = (_: string, value: unknown): unknown => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value)

/** Saves the facts; returns the error that names the file, or `error` as it is where it is another. */
export async function keepDivergedFacts(error: unknown, context: DivergedContext): Promise<unknown> {
  if (!(error instanceof DivergedError)) return error
  const { runDirectory, attempt, rank, worldSize, arena, rows } = context
  const { facts } = error
  const norms = Object.fromEntries(
    arena.names.map((name) => [name, Math.hypot(...chunkNorms(arena.gradient(name))) / facts.globalExampleCount]),
  )
  const file = join(runDirectory, `diverged-step-${String(facts.step).padStart(6, '0')}-rank-${rank}.json`)
  const content = {
    attempt,
    rank,
    worldSize,
    ...facts,
    rowsOfMicroBatches: rows.map((indices) => [...indices]),
    gradientsThatAreNoNumbers: arena.names.filter((name) => !Number.isFinite(norms[name])),
    gradientNorms: norms,
  }
  try {
    await writeFileAtomic(file, `${JSON.stringify(content, worded, 2)}\n`)
  } catch {
    return error // The divergence is the news, not that it could not be written down.
  }
  const own = error.comesFromElsewhere ? '' : ` Rank ${rank}'s own loss was ${facts.localLoss}.`
  return new DivergedError(facts, `${own} The step's rows and norms are in ${basename(file)}.`, { cause: error })
}

/** Norms of pieces small enough to be arguments of a call. */
function* chunkNorms(gradient: Float32Array): Generator<number> {
  for (let start = 0; start < gradient.length; start += 4096) yield Math.hypot(...gradient.subarray(start, start + 4096))
}
