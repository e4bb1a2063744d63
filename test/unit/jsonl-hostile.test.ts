/** JSON Lines that are deep, wide, large or double: each is a bad row by its line, or a typed error before memory is taken. */
import { describe, expect, it } from 'vitest'
import { jsonlTable } from '../../electron/data/jsonl.ts'
import { labelledRows } from '../../electron/data/labelled-rows.ts'
import { tableLimits } from '../../electron/data/table.ts'
import { LabError, type LabErrorInfo } from '../../shared/contract/errors.ts'
import type { BadRowPolicy } from '../../shared/domain/run-config.ts'

const good = ['{"label":"A","text":"one"}', '{"label":"B","text":"two"}']
const read = (lines: readonly string[], policy: BadRowPolicy = 'skip') =>
  labelledRows(jsonlTable(Buffer.from(lines.join('\n')), 'news.jsonl'), 'news.jsonl', policy)

function errorOf(work: () => unknown): LabErrorInfo {
  try {
    work()
  } catch (error) {
    if (error instanceof LabError) return error.info
    throw error
  }
  throw new Error('no error')
}

describe('one line that is hostile', () => {
  it('is a bad row where it is nested deeper than a parser bears', () => {
    const deep = 1_000_000
    const lines = [...good, `{"label":"A","text":${'['.repeat(deep)}${']'.repeat(deep)}}`, `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`]
    const { examples, badRows } = read(lines)
    expect(examples).toHaveLength(2)
    expect(badRows).toEqual([3, 4].map((line) => ({ line, reason: 'it is nested more than 64 levels deep' })))
  })

  it('is not bad for brackets inside its text', () => {
    const { examples, badRows } = read([...good, JSON.stringify({ label: 'A', text: `${'[{'.repeat(1000)} "\\` })])
    expect(badRows).toEqual([])
    expect(examples).toHaveLength(3)
  })

  it.each([
    ['10 MB', 10, 'the line has more than 8 MB', 'DATA_BAD_ROWS'],
    ['2 MB', 2, 'a cell has more than 1 MB', 'DATA_CELL_TOO_LARGE'],
  ])('is a bad row where a cell has %s, or refused by name', (_, megabytes, reason, code) => {
    const lines = [good[0]!, JSON.stringify({ label: 'A', text: 'x'.repeat(megabytes * 1024 * 1024) }), good[1]!]
    const { examples, badRows } = read(lines)
    expect(examples.map(({ text }) => text)).toEqual(['one', 'two'])
    expect(badRows).toEqual([{ line: 2, reason }])
    expect(errorOf(() => read(lines, 'refuse')).code).toBe(code)
  })

  it('takes the last of two equal keys, as JSON does, and reaches no prototype', () => {
    const { examples } = read([
      ...good,
      '{"label":"A","text":"first","text":"last"}',
      '{"__proto__":{"label":"B"},"label":"A","text":"own"}',
    ])
    expect(examples.map(({ text, label }) => `${label} ${text}`)).toEqual(['0 one', '1 two', '0 last', '0 own'])
    expect(({} as Record<string, unknown>)['label']).toBeUndefined()
  })
})

describe('a file that is too much', () => {
  it('of columns is refused', () => {
    const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`c${index}`, 1])))
    expect(errorOf(() => read([...good, wide]))).toMatchObject({
      code: 'DATA_UNREADABLE',
      cause: expect.stringContaining('1,001 columns') as string,
    })
  })

  it('of cells is refused at the first row that is too many, not after the last', () => {
    const wide = JSON.stringify(Object.fromEntries(Array.from({ length: tableLimits.columns }, (_, index) => [`c${index}`, 1])))
    const most = tableLimits.cells / tableLimits.columns
    expect(errorOf(() => read([wide, ...Array<string>(2 * most).fill('1')])).cause).toContain(`${(most + 1).toLocaleString('en')} rows`)
  })
})
