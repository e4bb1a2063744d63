/** The export that lessons make and look at: one folder of their own, replaced each time. */
import { create } from 'zustand'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import type { ExportedFolder, ExportProgress } from '../../shared/domain/export.ts'
import { lab } from '../ipc/client.ts'
import { isConnectionLoss, toErrorInfo } from '../ipc/errors.ts'

/** Below the lab's exports. */
const folderName = 'lesson-newest-model'

interface LessonExportState {
  folder: ExportedFolder | null
  progress: ExportProgress | null
  /** Of the last load; null where all is well. */
  error: LabErrorInfo | null
  /** Looks for an earlier export. */
  load(): Promise<void>
  /** Exports the run's model to its end; false where it was cancelled. Throws what the export throws. */
  run(runId: string): Promise<boolean>
  cancel(): void
}

let abort: AbortController | null = null

export const useLessonExport = create<LessonExportState>((set) => ({
  folder: null,
  progress: null,
  error: null,
  load: async () => {
    try {
      set({ folder: await lab.exports.read({ folderName }), error: null })
    } catch (error) {
      if (!isConnectionLoss(error)) set({ error: toErrorInfo(error) })
    }
  },
  run: async (runId) => {
    const mine = new AbortController()
    abort = mine
    set({ progress: { stage: 'starting', fraction: 0, etaMs: null } })
    try {
      for await (const event of await lab.exports.run({ runId, format: 'folder', folderName }, { signal: mine.signal }))
        if (event.type === 'progress') set({ progress: event.progress })
      set({ folder: await lab.exports.read({ folderName }) })
      return true
    } catch (error) {
      if (mine.signal.aborted) return false
      throw error
    } finally {
      if (abort === mine) abort = null
      set({ progress: null })
    }
  },
  cancel: () => abort?.abort(),
}))
