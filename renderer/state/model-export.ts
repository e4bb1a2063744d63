/** The export that is going on or was the last: its progress, its result, its failure. Leaving the screen does not end it. */
import { create } from 'zustand'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import type { ExportFormat, ExportProgress, ExportResult } from '../../shared/domain/export.ts'
import { lab } from '../ipc/client.ts'
import { toErrorInfo } from '../ipc/errors.ts'

interface ModelExportState {
  /** Of which run; null: none yet. */
  runId: string | null
  progress: ExportProgress | null
  result: ExportResult | null
  error: LabErrorInfo | null
  start(runId: string, format: ExportFormat, folderName: string): Promise<void>
  cancel(): void
  /** Forgets the last result, so that another export can be asked for. */
  clear(): void
}

export const useModelExport = create<ModelExportState>((set) => {
  let abort: AbortController | null = null
  return {
    runId: null,
    progress: null,
    result: null,
    error: null,
    start: async (runId, format, folderName) => {
      const mine = new AbortController()
      abort = mine
      set({ runId, progress: { stage: 'starting', fraction: 0, etaMs: null }, result: null, error: null })
      try {
        for await (const event of await lab.exports.run({ runId, format, folderName }, { signal: mine.signal })) {
          if (event.type === 'progress') set({ progress: event.progress })
          else set({ result: event.result })
        }
      } catch (error) {
        if (!mine.signal.aborted) set({ error: toErrorInfo(error) })
      } finally {
        set({ progress: null })
      }
    },
    cancel: () => abort?.abort(),
    clear: () => set({ result: null, error: null }),
  }
})
