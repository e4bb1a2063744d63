/** What a program finds on its rank. Programs know nothing of the process around them. */
import type { ProcessGroup } from '../../collectives/process-group.ts'
import type { RingTransport } from '../../collectives/ring-algorithm.ts'
import type { Probe, ProgramId, ProgramInput } from '../../../shared/domain/workbench.ts'

export interface RankBasics {
  readonly rank: number
  readonly worldSize: number
  /** All ranks of the program; its collectives are part of the result. */
  readonly group: ProcessGroup
  /** The same ring, unrecorded: for preparations that are not what the program is about. */
  readonly setupGroup: ProcessGroup
  /** ONNX Runtime threads of this rank. */
  readonly threads: number
  readonly cacheDirectory: string
  /** The same for all ranks, empty at the start, gone at the end. */
  readonly directory: string
  /** Milliseconds since the program was started; one clock for all ranks. */
  nowMs(): number
  /** Tells the person what this rank does now. */
  progress(text: string): void
  /** From now on a collective may take so long, not longer. */
  setDeadline(ms: number): void
  /** One more ring, of the first `worldSize` ranks; its collectives are not recorded. `watch` may look at its transport. */
  joinRing(name: string, worldSize: number, watch?: (transport: RingTransport) => RingTransport): Promise<ProcessGroup>
}

export interface RankContext<Id extends ProgramId = ProgramId> extends RankBasics {
  readonly input: ProgramInput<Id>
}

export type RankProgram<Id extends ProgramId> = (context: RankContext<Id>) => Promise<NonNullable<Probe<Id>>>
