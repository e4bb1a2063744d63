/**
 * One CSV on its way in: chosen → staged in the lab (which says what it looks like) → imported. The text is kept
 * until then, because another mapping means staging it again.
 */
import { create } from 'zustand'
import { maxUploadBytes } from '../../shared/contract/datasets.ts'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import type { CsvPreview, DatasetCard } from '../../shared/domain/dataset.ts'
import type { BadRowPolicy, ColumnMapping } from '../../shared/domain/run-config.ts'
import { lab } from '../ipc/client.ts'
import { toErrorInfo } from '../ipc/errors.ts'
import { useDatasets } from './datasets.ts'

interface Staged {
  stagedId: string
  text: string
  preview: CsvPreview
}

interface CsvImportState {
  staged: Staged | null
  mapping: { textColumns: string[]; labelColumn: string | null }
  onBadRow: BadRowPolicy
  busy: boolean
  error: LabErrorInfo | null
  /** The last data set that was imported, to point at. */
  imported: DatasetCard | null
  choose(file: File): Promise<void>
  remap(mapping: CsvImportState['mapping']): Promise<void>
  setOnBadRow(policy: BadRowPolicy): void
  confirm(): Promise<void>
  cancel(): void
}

/** The mapping as the contract wants it, or null while it is incomplete. */
export function completeMapping(mapping: CsvImportState['mapping']): ColumnMapping | null {
  const { textColumns, labelColumn } = mapping
  return labelColumn === null || textColumns.length === 0 || textColumns.includes(labelColumn) ? null : { textColumns, labelColumn }
}

export const useCsvImport = create<CsvImportState>((set, get) => {
  let request = 0

  const stage = async (fileName: string, text: string, mapping: ColumnMapping | null): Promise<void> => {
    const mine = ++request
    set({ busy: true, error: null })
    try {
      const answer = await lab.datasets.stageCsv({ fileName, text, ...(mapping && { mapping }) })
      if (mine !== request) return
      const found = answer.preview.mapping
      set({ staged: { ...answer, text }, ...(found && { mapping: found }), busy: false })
    } catch (error) {
      if (mine === request) set({ error: toErrorInfo(error), busy: false })
    }
  }

  return {
    staged: null,
    mapping: { textColumns: [], labelColumn: null },
    onBadRow: 'skip',
    busy: false,
    error: null,
    imported: null,
    choose: async (file) => {
      set({ staged: null, mapping: { textColumns: [], labelColumn: null }, imported: null })
      const read = await readText(file)
      if ('error' in read) set({ error: read.error })
      else await stage(file.name, read.text, null)
    },
    remap: async (mapping) => {
      set({ mapping })
      const { staged } = get()
      const complete = completeMapping(mapping)
      if (staged && complete) await stage(staged.preview.fileName, staged.text, complete)
    },
    setOnBadRow: (onBadRow) => set({ onBadRow }),
    confirm: async () => {
      const { staged, mapping, onBadRow } = get()
      const complete = completeMapping(mapping)
      if (!staged || !complete) return
      set({ busy: true, error: null })
      try {
        const imported = await lab.datasets.importCsv({ stagedId: staged.stagedId, mapping: complete, onBadRow })
        set({ staged: null, imported, busy: false })
        await useDatasets.getState().refresh()
      } catch (error) {
        set({ error: toErrorInfo(error), busy: false })
      }
    },
    cancel: () => {
      request++
      set({ staged: null, error: null, busy: false })
    },
  }
})

async function readText(file: File): Promise<{ text: string } | { error: LabErrorInfo }> {
  if (file.size > maxUploadBytes)
    return {
      error: {
        code: 'DATA_UNREADABLE',
        title: 'The file is too large for the window',
        cause: `${file.name} has ${Math.ceil(file.size / 1024 / 1024)} MB; the window takes ${maxUploadBytes / 1024 / 1024} MB.`,
        suggestion: `Train on it from the command line, which reads files of any size: npm run train -- --data ${file.name}`,
      },
    }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer()) }
  } catch {
    return {
      error: {
        code: 'DATA_UNREADABLE',
        title: 'The file is not UTF-8 text',
        cause: `${file.name} has bytes that no UTF-8 text has: it is another encoding, or not a text file at all.`,
        suggestion: 'Save it as “CSV UTF-8” from your spreadsheet program and choose it again.',
      },
    }
  }
}
