/**
 * What was measured, as checks and widgets see it: the newest result of each program and arm, the runs that lessons
 * started, and their export. Typed by program; pure, so that tests build it by hand.
 */
import type { ExportedFolder } from '../../shared/domain/export.ts'
import type { Arm, ProgramId, ProgramResult } from '../../shared/domain/workbench.ts'
import type { RecordedRun } from '../../shared/lessons/run-checks.ts'

export const resultKey = (program: ProgramId, arm: string): string => `${program}/${arm}`

export class Evidence {
  readonly #results: Readonly<Record<string, ProgramResult>>
  readonly #runs: Readonly<Record<string, RecordedRun>>
  readonly #cards: Readonly<Record<string, number>>
  /** The newest export that a lesson made, as it lies on the disk; null where there is none. */
  readonly exported: ExportedFolder | null

  constructor(
    results: Readonly<Record<string, ProgramResult>>,
    runs: Readonly<Record<string, RecordedRun>> = {},
    cards: Readonly<Record<string, number>> = {},
    exported: ExportedFolder | null = null,
  ) {
    this.#results = results
    this.#runs = runs
    this.#cards = cards
    this.exported = exported
  }

  /** The newest result, or null where it was never run. */
  result<Id extends ProgramId>(program: Id, arm: Arm<Id>): ProgramResult<Id> | null {
    return (this.#results[resultKey(program, arm)] as ProgramResult<Id> | undefined) ?? null
  }

  /** The newest run of this name. */
  run(name: string): RecordedRun | null {
    return this.#runs[name] ?? null
  }

  /** How well a card was answered, 0 to 1; null where it was not. */
  card(id: string): number | null {
    return this.#cards[id] ?? null
  }
}

interface Reported {
  ranks: readonly { rank: number; probe: unknown }[]
}
type ProbeOf<Result extends Reported> = NonNullable<Result['ranks'][number]['probe']>

/** What the ranks reported, in order of rank; null for one that did not finish. */
export const probesOf = <Result extends Reported>(result: Result): (ProbeOf<Result> | null)[] =>
  result.ranks.map(({ probe }) => (probe ?? null) as ProbeOf<Result> | null)

/** Rank 0's report. */
export const firstProbe = <Result extends Reported>(result: Result | null): ProbeOf<Result> | null =>
  (result?.ranks.find(({ rank }) => rank === 0)?.probe ?? null) as ProbeOf<Result> | null
