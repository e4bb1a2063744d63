/** The lab's one workbench: runs a program at a time, tells how it goes, keeps its result, and ends it when asked to. */
import { LabError, toLabErrorInfo } from '../../shared/contract/errors.ts'
import type { ProgramId, ProgramInput, ProgramResult, WorkbenchEvent } from '../../shared/domain/workbench.ts'
import { runProgram } from './launcher.ts'
import { keepResult, readResults } from './results.ts'

export interface WorkbenchOptions {
  labDirectory: string
  cacheDirectory: string
  /** Whether a training run is going on. */
  isTraining: () => boolean
}

export class Workbench {
  readonly #options: WorkbenchOptions
  #active: { cancel: AbortController; over: Promise<void> } | null = null

  constructor(options: WorkbenchOptions) {
    this.#options = options
  }

  /** Ends with `result` or `failed`. Leaving the iteration, or `signal`, ends every process. Throws RUN_ALREADY_ACTIVE at once. */
  run(input: ProgramInput, signal?: AbortSignal): AsyncGenerator<WorkbenchEvent, void> {
    if (this.#active) throw alreadyBusy()
    const { cacheDirectory, isTraining } = this.#options
    const cancel = new AbortController()
    const stop = (): void => cancel.abort(new DOMException('The program was cancelled.', 'AbortError'))
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop)

    const events: WorkbenchEvent[] = []
    let wake = (): void => undefined
    const tell = (event: WorkbenchEvent): void => {
      events.push(event)
      wake()
    }
    const besideRun = isTraining()
    if (besideRun) tell({ type: 'progress', rank: null, text: 'A training run is going on: times will be longer than they need to be.' })
    const progress = (rank: number | null, text: string): void => tell({ type: 'progress', rank, text })
    const over = runProgram({ input, cacheDirectory, besideRun, signal: cancel.signal, progress })
      .then(async (result) => {
        await keepResult(this.#options.labDirectory, result)
        tell({ type: 'result', result })
      })
      .catch((error: unknown) => tell({ type: 'failed', error: cancel.signal.aborted ? cancelled : toLabErrorInfo(error) }))
      .finally(() => {
        signal?.removeEventListener('abort', stop)
        this.#active = null
      })
    this.#active = { cancel, over }

    return (async function* () {
      try {
        for (;;) {
          const event = events.shift()
          if (event) yield event
          else await new Promise<void>((resolve) => (wake = resolve))
          if (event?.type === 'result' || event?.type === 'failed') return
        }
      } finally {
        stop()
        await over
      }
    })()
  }

  last(program: ProgramId): Promise<ProgramResult[]> {
    return readResults(this.#options.labDirectory, program)
  }

  /** Ends what is running. Returns when its processes are gone. */
  async close(): Promise<void> {
    this.#active?.cancel.abort(new DOMException('The lab was closed.', 'AbortError'))
    await this.#active?.over
  }
}

const cancelled = {
  code: 'RANK_FAILED',
  title: 'The program was cancelled',
  cause: 'Somebody stopped it, or closed the window.',
  suggestion: 'Run it again when you like.',
} as const

const alreadyBusy = (): LabError =>
  new LabError({
    code: 'RUN_ALREADY_ACTIVE',
    title: 'The workbench is busy',
    cause: 'Another program has not ended yet, perhaps one of another window.',
    suggestion: 'Wait for it, or cancel it first.',
  })
