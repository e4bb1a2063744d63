/**
 * Many lines and what one or two models answer to them: pasted, or the rows of a file. They are asked in pieces, one after
 * the other, so that it can be seen how far it is and stopped between two; what was answered by then stays.
 */
import { create } from 'zustand'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import { longestText, maxCharactersPerCall, maxLines, maxLinesPerCall, maxTableBytes } from '../../shared/contract/playground.ts'
import { joinTexts } from '../../shared/domain/join-texts.ts'
import type { AnsweredLines, Line } from '../../shared/domain/line-rows.ts'
import type { LineAnswers, LineTable, ModelChoice } from '../../shared/domain/prediction.ts'
import { lab } from '../ipc/client.ts'
import { toErrorInfo } from '../ipc/errors.ts'
import { sendFile } from './send-file.ts'

interface LineTableState {
  pasted: string
  file: { name: string; table: LineTable } | null
  textColumns: string[]
  labelColumn: string | null
  /** The lines that are, or were, asked. */
  lines: Line[]
  first: AnsweredLines | null
  second: AnsweredLines | null
  /** While it goes on. */
  running: { done: number; total: number; etaMs: number | null } | null
  /** Milliseconds of the last pass that came to its end. Measured. */
  durationMs: number | null
  reading: boolean
  error: LabErrorInfo | null
  paste(text: string): void
  chooseFile(file: File): Promise<void>
  setColumns(columns: Partial<Pick<LineTableState, 'textColumns' | 'labelColumn'>>): void
  classify(first: ModelChoice, second: ModelChoice | null): Promise<void>
  cancel(): void
  /** Forgets lines, file and answers. */
  clear(): void
}

const nothingAnswered = { lines: [], first: null, second: null, running: null, durationMs: null, error: null }
const empty = { pasted: '', file: null, textColumns: [], labelColumn: null, reading: false, ...nothingAnswered }

export const useLineTable = create<LineTableState>((set, get) => {
  let controller: AbortController | null = null
  let fileChoice = 0
  const stop = (): void => {
    controller?.abort()
    controller = null
    set({ running: null })
  }

  return {
    ...empty,
    paste: (pasted) => {
      stop()
      set({ ...empty, pasted })
    },
    chooseFile: async (file) => {
      stop()
      const mine = ++fileChoice
      set({ ...empty, reading: true })
      try {
        if (file.size > maxTableBytes) throw new TooLarge(file)
        const stagedId = await sendFile(file, () => mine === fileChoice)
        const table = stagedId === null ? null : await lab.playground.readTable({ stagedId })
        if (table === null || mine !== fileChoice) return
        set({ file: { name: file.name, table }, textColumns: table.textColumns, labelColumn: table.labelColumn, reading: false })
      } catch (error) {
        if (mine === fileChoice) set({ error: error instanceof TooLarge ? error.info : toErrorInfo(error), reading: false })
      }
    },
    setColumns: (columns) => {
      stop()
      set({ ...columns, ...nothingAnswered })
    },
    classify: async (firstChoice, secondChoice) => {
      stop()
      const { signal } = (controller = new AbortController())
      const lines = linesOf(get())
      const first: AnsweredLines = { by: firstChoice, labels: [], answers: [] }
      const second: AnsweredLines | null = secondChoice && { by: secondChoice, labels: [], answers: [] }
      const beganAt = performance.now()
      set({ ...nothingAnswered, lines, running: { done: 0, total: lines.length, etaMs: null } })
      try {
        for (const piece of piecesOf(lines)) {
          const asked = [first, second].map((model) => model && lab.playground.classifyLines({ ...model.by, lines: piece }, { signal }))
          const [one, two] = await Promise.all(asked)
          if (signal.aborted) return
          const grown = (model: AnsweredLines | null, more: LineAnswers | null | undefined): AnsweredLines | null =>
            model && more ? { ...model, labels: more.labels, answers: [...model.answers, ...more.answers] } : model
          const state = get()
          const done = (state.running?.done ?? 0) + piece.length
          set({
            first: grown(state.first ?? first, one),
            second: grown(state.second ?? second, two),
            running: { done, total: lines.length, etaMs: ((performance.now() - beganAt) / done) * (lines.length - done) },
          })
        }
        set({ running: null, durationMs: performance.now() - beganAt })
      } catch (error) {
        if (signal.aborted) return
        stop()
        set({ error: toErrorInfo(error) })
      }
    },
    cancel: stop,
    clear: () => {
      stop()
      fileChoice++
      set(empty)
    },
  }
})

/** Lines to be asked: those of the file with some text, else those pasted. */
export function linesOf(state: Pick<LineTableState, 'pasted' | 'file' | 'textColumns' | 'labelColumn'>): Line[] {
  if (!state.file) return pastedLines(state.pasted).map((text) => ({ text, actual: null }))
  const { columns, rows } = state.file.table
  const texts = state.textColumns.map((column) => columns.indexOf(column))
  const label = state.labelColumn === null ? -1 : columns.indexOf(state.labelColumn)
  return rows.flatMap((row) => {
    const text = joinTexts(texts.map((index) => row[index] ?? '')).slice(0, longestText)
    const actual = label === -1 ? null : (row[label]?.trim() ?? '')
    return text === '' ? [] : [{ text, actual: actual === '' ? null : actual }]
  })
}

/** Lines with something in them, `maxLines` at most. */
function pastedLines(text: string): string[] {
  return allPastedLines(text)
    .slice(0, maxLines)
    .map((line) => line.slice(0, longestText))
}

export const allPastedLines = (text: string): string[] => text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '')

/** As large as one call takes. */
function* piecesOf(lines: readonly Line[]): Generator<string[]> {
  let piece: string[] = []
  let characters = 0
  for (const { text } of lines) {
    if (piece.length === maxLinesPerCall || (piece.length > 0 && characters + text.length > maxCharactersPerCall)) {
      yield piece
      piece = []
      characters = 0
    }
    piece.push(text)
    characters += text.length
  }
  if (piece.length > 0) yield piece
}

class TooLarge extends Error {
  readonly info: LabErrorInfo
  constructor({ name, size }: File) {
    super('too large')
    this.info = {
      code: 'DATA_UNREADABLE',
      title: 'The file is too large for the playground',
      cause: `${name} has ${Math.ceil(size / 1024 / 1024)} MB; the playground takes ${maxTableBytes / 1024 / 1024} MB.`,
      suggestion: 'Measure a model on a large file from the command line: npm run evaluate -- --data FILE.csv',
    }
  }
}
