/** CSV for spreadsheets: nothing in it runs, and everything in it can be read back. */
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { defuseCsvCell, toCsv, toPlainCsv } from '../../shared/domain/csv-text.ts'

const formulas = ['=HYPERLINK("http://x","y")', '+1+1', '-2+3', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '=']
const harmless = ['Oil prices jump', "'=1", ' =1', '', 'a=b', '0.25', 'شركة', '🚀']

describe('CSV for spreadsheets', () => {
  it.each(formulas)('defuses %j', (cell) => {
    expect(defuseCsvCell(cell)).toBe(`'${cell}`)
    const [[first]] = parse(toCsv([[cell, 'x']])) as [[string]]
    expect(first).toBe(`'${cell}`)
  })

  it.each(harmless)('leaves %j as it is', (cell) => expect(defuseCsvCell(cell)).toBe(cell))

  it('is read back cell by cell, whatever they hold', () => {
    const rows = [
      ['a,b', 'say "hi"', 'two\nlines', ' outer space ', ';', 'cr\rinside'],
      [...formulas.slice(0, 6)],
      [...harmless.slice(0, 6)],
    ]
    expect(parse(toPlainCsv(rows), { record_delimiter: '\r\n' })).toEqual(rows)
    expect(parse(toCsv(rows), { record_delimiter: '\r\n' })).toEqual(rows.map((row) => row.map(defuseCsvCell)))
  })
})
