/** Programs of the workbench: the one that is running, the newest result of each arm, and how the last start failed. */
import { create } from 'zustand'
import { LabError } from '../../shared/contract/errors.ts'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import { armsOf } from '../../shared/domain/workbench.ts'
import type { ProgramId, ProgramRequest, ProgramResult } from '../../shared/domain/workbench.ts'
import { lab } from '../ipc/client.ts'
import { isConnectionLoss, toErrorInfo } from '../ipc/errors.ts'
import { resultKey } from '../lessons/evidence.ts'

interface Going {
  program: ProgramId
  arm: string
  /** What the ranks said last. */
  text: string
}

interface WorkbenchState {
  /** By `resultKey`. */
  results: Record<string, ProgramResult>
  going: Going | null
  /** Of the last load or run; null where all is well. */
  error: LabErrorInfo | null
  /** Asks for what was measured before, once a program. */
  load(programs: readonly ProgramId[]): Promise<void>
  /** Runs one program to its end. Throws a LabError where it could not be run; returns null where it was cancelled. */
  run(request: ProgramRequest): Promise<ProgramResult | null>
  cancel(): void
}

const loaded = new Set<ProgramId>()
let abort: AbortController | null = null

export const useWorkbench = create<WorkbenchState>((set, get) => ({
  results: {},
  going: null,
  error: null,
  load: async (programs) => {
    const wanted = [...new Set(programs)].filter((program) => !loaded.has(program))
    for (const program of wanted) loaded.add(program)
    try {
      const found = (await Promise.all(wanted.map((program) => lab.workbench.last({ program })))).flat()
      if (found.length === 0) return
      const results = Object.fromEntries(found.map((result) => [resultKey(result.program, result.arm), result]))
      // What was measured in the meantime is newer.
      set({ results: { ...results, ...get().results } })
    } catch (error) {
      for (const program of wanted) loaded.delete(program)
      if (!isConnectionLoss(error)) set({ error: toErrorInfo(error) })
    }
  },
  run: async (request) => {
    const arm = request.arm ?? armsOf(request.program)[0]!
    const mine = new AbortController()
    abort = mine
    set({ going: { program: request.program, arm, text: 'starting the ranks' }, error: null })
    try {
      for await (const event of await lab.workbench.run(request as never, { signal: mine.signal })) {
        if (event.type === 'progress') set({ going: { program: request.program, arm, text: wordsOf(event.rank, event.text) } })
        else if (event.type === 'failed') throw new LabError(event.error)
        else {
          set({ results: { ...get().results, [resultKey(event.result.program, event.result.arm)]: event.result } })
          return event.result
        }
      }
      return null
    } catch (error) {
      if (mine.signal.aborted) return null
      throw error
    } finally {
      if (abort === mine) abort = null
      set({ going: null })
    }
  },
  cancel: () => abort?.abort(),
}))

const wordsOf = (rank: number | null, text: string): string => (rank === null ? text : `rank ${rank}: ${text}`)
