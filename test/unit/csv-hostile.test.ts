/** CSVs that are broken, hostile or not CSVs: each gets its typed error, or its bad rows by line. */
import { describe, expect, it } from 'vitest'
import { previewCsv, readCsv } from '../../electron/data/csv.ts'
import { LabError, type LabErrorInfo } from '../../shared/contract/errors.ts'
import type { BadRowPolicy, ColumnMapping } from '../../shared/domain/run-config.ts'

function errorOf(content: string | Uint8Array, onBadRow: BadRowPolicy = 'skip', mapping?: ColumnMapping): LabErrorInfo {
  try {
    readCsv(Buffer.from(content), 'news.csv', onBadRow, mapping)
  } catch (error) {
    if (error instanceof LabError) return error.info
    throw error
  }
  throw new Error('no error')
}

const good = 'label,text\nA,one\nB,two\n'
const bigCell = `label,text\nA,one\nB,two\nA,${'x'.repeat(10 * 1024 * 1024)}\nB,last\n`
const read = (text: string) => readCsv(Buffer.from(text), 'news.csv', 'skip')

describe('what is no CSV', () => {
  it('names the line of the first NUL byte', () => {
    expect(errorOf(Buffer.from('label,text\nA,on\0e\n'))).toMatchObject({
      code: 'DATA_UNREADABLE',
      cause: expect.stringContaining('line 2'),
    })
  })

  it('names the byte and line that is not UTF-8', () => {
    const latin1 = Buffer.from('label,text\nA,one\nB,caf\xe9 noir\n', 'latin1')
    const { code, cause, suggestion } = errorOf(latin1)
    expect(code).toBe('DATA_UNREADABLE')
    expect(cause).toMatch(/0xE9 on line 3/)
    expect(suggestion).toMatch(/UTF-8/)
  })

  it('names a character cut in half at the end of the file', () => {
    expect(errorOf(Buffer.from('label,text\nA,é').subarray(0, -1))).toMatchObject({
      code: 'DATA_UNREADABLE',
      cause: expect.stringMatching(/0xC3 on line 2/),
    })
  })

  it.each([
    ['an Excel workbook', [0x50, 0x4b, 0x03, 0x04, 0, 1], 'Excel'],
    ['a gzip archive', [0x1f, 0x8b, 8, 0], 'gzip'],
    ['UTF-16', [0xff, 0xfe, 0x61, 0], 'UTF-16'],
    ['a Parquet file', [0x50, 0x41, 0x52, 0x31, 0, 0], 'Parquet'],
  ])('recognises %s', (_, bytes, name) => {
    expect(errorOf(Uint8Array.from(bytes))).toMatchObject({ code: 'DATA_UNREADABLE', cause: expect.stringContaining(name) })
  })

  it('refuses random bytes', () => {
    const bytes = Uint8Array.from({ length: 4096 }, (_, index) => (index * 7919 + (index >> 3)) & 0xff)
    expect(errorOf(bytes).code).toBe('DATA_UNREADABLE')
  })
})

describe('what has nothing to learn from', () => {
  it.each([
    ['no bytes', ''],
    ['white space', ' \n\t\r\n'],
    ['a byte order mark alone', '\ufeff'],
    ['a header alone', 'label,text\n'],
    ['rows that are all unusable', 'label,text\nA\nB\n'],
  ])('says so of %s', (_, content) => {
    expect(errorOf(content).code).toBe('DATA_EMPTY')
  })

  it('names the one class there is', () => {
    expect(errorOf('label,text\nA,one\nA,two\n')).toMatchObject({ code: 'DATA_ONE_CLASS', cause: expect.stringContaining('"A"') })
  })
})

describe('columns that cannot be told', () => {
  it('lists the columns and says how to choose', () => {
    const { code, cause, suggestion } = errorOf('alpha,beta\nx y z w,some words here\nu v,other words there\n')
    expect(code).toBe('DATA_COLUMNS_UNCLEAR')
    expect(cause).toContain('alpha, beta')
    expect(suggestion).toContain('--text-columns a,b --label-column c')
  })

  it('says that there is only one', () => {
    expect(errorOf('one headline\nanother headline\n')).toMatchObject({
      code: 'DATA_COLUMNS_UNCLEAR',
      cause: expect.stringContaining('one column'),
    })
  })

  it('refuses a column that is not there, one that is both, and one with a value for every row', () => {
    expect(errorOf(good, 'skip', { textColumns: ['text'], labelColumn: 'topic' }).cause).toContain('"topic"')
    expect(errorOf(good, 'skip', { textColumns: ['text'], labelColumn: 'text' }).cause).toContain('both')
    const rows = Array.from({ length: 1200 }, (_, index) => `${index},text`)
    expect(errorOf(`label,text\n${rows.join('\n')}`)).toMatchObject({
      code: 'DATA_COLUMNS_UNCLEAR',
      cause: expect.stringContaining('1200'),
    })
  })
})

describe('bad rows', () => {
  const mixed = 'label,text\nA,one\nB\nB,two,three\n,four\nA,\nB,six\n'
  const reasons = [
    { line: 3, reason: '2 columns expected, 1 found' },
    { line: 4, reason: '2 columns expected, 3 found' },
    { line: 5, reason: 'the label is empty' },
    { line: 6, reason: 'the text is empty' },
  ]

  it('are reported with line and reason, and skipped', () => {
    const { examples, badRows } = read(mixed)
    expect(examples.map(({ text }) => text)).toEqual(['one', 'six'])
    expect(badRows).toEqual(reasons)
  })

  it('stop the import where that is the policy, the first five listed', () => {
    expect(errorOf(mixed, 'refuse')).toMatchObject({ code: 'DATA_BAD_ROWS', cause: expect.stringContaining('line 3: 2 columns expected') })
    const many = `label,text\nA,one\nB,two\n${'B\n'.repeat(9)}`
    const { title, cause } = errorOf(many, 'refuse')
    expect(title).toContain('9 rows')
    expect(cause).toContain('line 8')
    expect(cause).not.toContain('line 9')
    expect(cause).toContain('4 more')
  })

  it('stay visible in the preview, counted in full', () => {
    const preview = previewCsv('news.csv', `label,text\nA,one\nB,two\n${'B\n'.repeat(150)}`)
    expect(preview.badRows).toHaveLength(100)
    expect(preview).toMatchObject({ badRowCount: 150, rowCount: 2 })
  })

  it('include a cell of 10 MB, which is skipped', () => {
    const { examples, badRows } = read(bigCell)
    expect(badRows).toEqual([{ line: 4, reason: 'a cell has more than 1 MB' }])
    expect(examples.map(({ text }) => text)).toEqual(['one', 'two', 'last'])
  })

  it('include a cell of 10 MB, which is refused by name', () => {
    expect(errorOf(bigCell, 'refuse')).toMatchObject({ code: 'DATA_CELL_TOO_LARGE', cause: expect.stringContaining('Line 4') })
  })

  it('include a quote that the end of the file leaves open, with the line it began on', () => {
    const open = 'label,text\nA,one\n\nB,two\nA,"never closed\nB,swallowed\n'
    expect(read(open).badRows).toEqual([{ line: 5, reason: expect.stringContaining('never closed') }])
    expect(errorOf(open, 'refuse')).toMatchObject({ code: 'DATA_BAD_ROWS', cause: expect.stringContaining('line 5') })
  })

  it('do not excuse an open quote that swallows the rest of a long file', () => {
    const open = `label,text\nA,one\nB,two\nA,"open\n${'B,swallowed\n'.repeat(500)}`
    expect(errorOf(open)).toMatchObject({ code: 'DATA_UNREADABLE', cause: expect.stringContaining('line 4') })
  })
})
