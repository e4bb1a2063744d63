/**
 * What the lab and the command line hold of a run that is going on. They see facts and can ask for an end; how the
 * ranks are started, watched and ended is the session's business.
 */
import type { Fault } from '../../shared/domain/fault.ts'
import type { RunDetail, RunEvent, RunRecord } from '../../shared/domain/run.ts'

export interface RunHandle {
  readonly runId: string
  readonly runDirectory: string
  readonly events: {
    /**
     * Calls `listener` at once with a snapshot, then with what is new, at most ten times a second; the last delta carries the
     * final record. Nothing is told twice. Returns the function that ends the subscription.
     */
    subscribe(listener: (event: RunEvent) => void): () => void
  }
  /** Everything known now. */
  detail(): RunDetail
  /** Ends the run after the step in progress, with a checkpoint. Resolves when every rank is gone; may be called again. */
  stop(): Promise<RunRecord>
  /** As `stop`, but the run is paused then: it waits for somebody to resume it. */
  pause(): Promise<RunRecord>
  /** Puts a fault into a rank. Throws CONFIG_INVALID where there is no such rank, NOT_IMPLEMENTED_HERE on systems that cannot. */
  injectFault(rank: number, fault: Fault): void
  /** Ends every rank at once, without a checkpoint. */
  kill(): Promise<RunRecord>
  /** Resolves with the final record, also when the run failed; never rejects. */
  readonly finished: Promise<RunRecord>
}
