/**
 * One file on its way in: chosen → sent to the lab in pieces → looked at there → imported. The page never holds more of it
 * than one piece; another mapping only means that the lab looks again.
 */
import { create } from 'zustand'
import { maxUploadBytes } from '../../shared/contract/datasets.ts'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import type { DatasetCard, DatasetPreview } from '../../shared/domain/dataset.ts'
import type { BadRowPolicy, ColumnMapping } from '../../shared/domain/run-config.ts'
import { lab } from '../ipc/client.ts'
import { toErrorInfo } from '../ipc/errors.ts'
import { useDatasets } from './datasets.ts'
import { sendFile } from './send-file.ts'

interface FileImportState {
  staged: { stagedId: string; preview: DatasetPreview } | null
  /** Of the file that is being sent, 0 … 1. */
  sent: { fileName: string; share: number } | null
  mapping: { textColumns: string[]; labelColumn: string | null }
  onBadRow: BadRowPolicy
  busy: boolean
  error: LabErrorInfo | null
  /** The last data set that was imported, to point at. */
  imported: DatasetCard | null
  choose(file: File): Promise<void>
  remap(mapping: FileImportState['mapping']): Promise<void>
  setOnBadRow(policy: BadRowPolicy): void
  confirm(): Promise<void>
  cancel(): void
}

/** The mapping as the contract wants it, or null while it is incomplete. */
export function completeMapping(mapping: FileImportState['mapping']): ColumnMapping | null {
  const { textColumns, labelColumn } = mapping
  return labelColumn === null || textColumns.length === 0 || textColumns.includes(labelColumn) ? null : { textColumns, labelColumn }
}

export const useFileImport = create<FileImportState>((set, get) => {
  let request = 0

  const look = async (stagedId: string, mine: number, mapping: ColumnMapping | null): Promise<void> => {
    const preview = await lab.datasets.inspect({ stagedId, ...(mapping && { mapping }) })
    if (mine !== request) return
    set({ staged: { stagedId, preview }, ...(preview.mapping && { mapping: preview.mapping }), sent: null, busy: false })
  }
  const attempt = async (work: (mine: number) => Promise<void>): Promise<void> => {
    const mine = ++request
    set({ busy: true, error: null })
    try {
      await work(mine)
    } catch (error) {
      if (mine === request) set({ error: toErrorInfo(error), sent: null, busy: false })
    }
  }

  return {
    staged: null,
    sent: null,
    mapping: { textColumns: [], labelColumn: null },
    onBadRow: 'skip',
    busy: false,
    error: null,
    imported: null,
    choose: async (file) => {
      set({ staged: null, mapping: { textColumns: [], labelColumn: null }, imported: null })
      if (file.size > maxUploadBytes) return set({ error: tooLarge(file) })
      await attempt(async (mine) => {
        const stagedId = await sendFile(file, (share) => {
          if (mine === request) set({ sent: { fileName: file.name, share } })
          return mine === request
        })
        if (stagedId !== null && mine === request) await look(stagedId, mine, null)
      })
    },
    remap: async (mapping) => {
      set({ mapping })
      const { staged } = get()
      const complete = completeMapping(mapping)
      if (staged && complete) await attempt((mine) => look(staged.stagedId, mine, complete))
    },
    setOnBadRow: (onBadRow) => set({ onBadRow }),
    confirm: async () => {
      const { staged, mapping, onBadRow } = get()
      const complete = completeMapping(mapping)
      if (!staged || !complete) return
      await attempt(async (mine) => {
        const imported = await lab.datasets.import({ stagedId: staged.stagedId, mapping: complete, onBadRow })
        if (mine === request) set({ staged: null, imported, busy: false })
        await useDatasets.getState().refresh()
      })
    },
    cancel: () => {
      request++
      set({ staged: null, sent: null, error: null, busy: false })
    },
  }
})

const tooLarge = (file: File): LabErrorInfo => ({
  code: 'DATA_UNREADABLE',
  title: 'The file is too large',
  cause: `${file.name} has ${(file.size / 2 ** 30).toFixed(1)} GiB; at most ${maxUploadBytes / 2 ** 30} GiB is read.`,
  suggestion: 'Take a part of its rows, or only the columns of text and label.',
})
