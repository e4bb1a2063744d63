/** Well-formed CSVs in the forms the world writes them, and what is read from each. */
import { describe, expect, it } from 'vitest'
import { previewCsv, readCsv } from '../../electron/data/csv.ts'
import { joinTexts } from '../../shared/domain/join-texts.ts'
import type { ColumnMapping } from '../../shared/domain/run-config.ts'

const read = (text: string, mapping?: ColumnMapping) => {
  const { labels, examples, lines, badRows } = readCsv(Buffer.from(text), 'news.csv', 'skip', mapping)
  return { labels, rows: examples.map(({ text, label }) => [labels[label], text]), lines: [...lines], badRows }
}

describe('reading a CSV', () => {
  it('reads quotes, doubled quotes, delimiters and line ends inside quotes, and says on which line each row begins', () => {
    const { rows, lines, badRows } = read(
      'label,text\nSports,"He said ""go"", and went"\n\nWorld,"first line\nsecond line"\n\n\nWorld,plain\nSports,"a,b"\n',
    )
    expect(rows).toEqual([
      ['Sports', 'He said "go", and went'],
      ['World', 'first line\nsecond line'],
      ['World', 'plain'],
      ['Sports', 'a,b'],
    ])
    expect(lines).toEqual([2, 4, 8, 9])
    expect(badRows).toEqual([])
  })

  it('reads CRLF line ends behind a byte order mark, also inside quotes', () => {
    const { labels, rows, lines } = read('\ufefflabel,text\r\nSports,"one\r\ntwo"\r\n\r\nWorld,three\r\nSports,four')
    expect(labels).toEqual(['Sports', 'World'])
    expect(rows).toEqual([
      ['Sports', 'one\r\ntwo'],
      ['World', 'three'],
      ['Sports', 'four'],
    ])
    expect(lines).toEqual([2, 5, 6])
  })

  it('reads a file whose lines end with a lone CR', () => {
    const { rows, lines } = read('label,text\rSports,goal\rWorld,treaty\r')
    expect(rows).toEqual([
      ['Sports', 'goal'],
      ['World', 'treaty'],
    ])
    expect(lines).toEqual([2, 3])
  })

  it.each([
    [';', 'semicolons'],
    ['\t', 'tabs'],
    [',', 'commas'],
  ])('infers %j as the delimiter where texts hold other punctuation', (delimiter) => {
    const others = [';', '\t', ','].filter((other) => other !== delimiter)
    const text = `Rain${others[0]} then sun`
    const preview = previewCsv('news.csv', [`label${delimiter}text`, `A${delimiter}${text}`, `B${delimiter}plain text`].join('\n'))
    expect(preview.delimiter).toBe(delimiter)
    expect(preview.columns).toEqual(['label', 'text'])
    expect(preview.classCounts).toEqual([1, 1])
  })

  it('keeps quotes that stand inside a bare cell', () => {
    expect(read('label,text\nA,he said "no" twice\nB,"x"y\n').rows).toEqual([
      ['A', 'he said "no" twice'],
      ['B', '"x"y'],
    ])
  })

  it('joins several text columns in their order, and does not repeat a title left inside its description', () => {
    expect(joinTexts([' Oil up ', 'Prices rose.'])).toBe('Oil up Prices rose.')
    expect(joinTexts(['Oil up', 'Oil up Prices rose.'])).toBe('Oil up Prices rose.')
    expect(joinTexts(['', 'Prices rose.'])).toBe('Prices rose.')
    expect(joinTexts(['Same', 'Same'])).toBe('Same')
    expect(joinTexts(['', ' '])).toBe('')
  })

  it('sorts label names with numbers in numeric order', () => {
    expect(read('label,text\n10,ten\n9,nine\n2,two\n').labels).toEqual(['2', '9', '10'])
  })
})

describe("AG News's numbered classes", () => {
  const names = ['World', 'Sports', 'Business', 'Sci/Tech']

  it.each([0, 1])('get their names where title and description stand beside labels counted from %i', (first) => {
    const rows = names.map((_, index) => `${first + index},Title ${index},A description of it`)
    expect(read(['label,title,description', ...rows].join('\n')).labels).toEqual(names)
  })

  it('get their names in the original, which has no header', () => {
    const rows = Array.from({ length: 12 }, (_, index) => `"${1 + (index % 4)}","Some title number ${index}","And the text of it ${index}"`)
    const result = read(rows.join('\n'))
    expect(result.labels).toEqual(names)
    expect(result.rows).toHaveLength(12)
    expect(result.rows[0]).toEqual(['World', 'Some title number 0 And the text of it 0'])
  })

  it('stay numbers where the columns are others or a class is missing', () => {
    expect(read('label,text\n0,a\n1,b\n2,c\n3,d\n').labels).toEqual(['0', '1', '2', '3'])
    expect(read('label,title,description\n0,a,x\n1,b,y\n2,c,z\n').labels).toEqual(['0', '1', '2'])
  })
})

describe('finding the columns', () => {
  it.each([
    ['category,headline,authors,link,short_description,date', ['headline', 'short_description'], 'category'],
    ['id,text,label', ['text'], 'label'],
    ['Class Index,Title,Description', ['Title', 'Description'], 'Class Index'],
    ['topic,content', ['content'], 'topic'],
  ])('knows the names of %s', (header, textColumns, labelColumn) => {
    const cells = header.split(',').map((_, index) => `cell ${index}`)
    expect(previewCsv('news.csv', `${header}\n${cells.join(',')}\n`).mapping).toEqual({ textColumns, labelColumn })
  })

  const sentences = [
    'The river rose again last night',
    'A striker left the club at noon',
    'Markets fell on weak figures',
    'Probe sends first pictures home',
  ]

  it('judges by the cells where the names say nothing', () => {
    const rows = Array.from({ length: 20 }, (_, index) => `${index},${['red', 'blue'][index % 2]},${sentences[index % 4]} ${index}`)
    const { mapping, hasHeader } = previewCsv('news.csv', ['nr,farbe,satz', ...rows].join('\n'))
    expect(hasHeader).toBe(true)
    expect(mapping).toEqual({ textColumns: ['satz'], labelColumn: 'farbe' })
  })

  it('takes the first row for data where it looks like the others', () => {
    const rows = Array.from({ length: 20 }, (_, index) => `${['red', 'blue'][index % 2]},${sentences[index % 4]} ${index}`)
    const preview = previewCsv('news.csv', rows.join('\n'))
    expect(preview).toMatchObject({
      hasHeader: false,
      columns: ['0', '1'],
      rowCount: 20,
      mapping: { textColumns: ['1'], labelColumn: '0' },
    })
  })

  it('asks where two columns could be the label', () => {
    const rows = Array.from(
      { length: 20 },
      (_, index) => `${['red', 'blue'][index % 2]},${['x', 'y'][index % 2]},${sentences[index % 4]} ${index}`,
    )
    const preview = previewCsv('news.csv', ['farbe,form,satz', ...rows].join('\n'))
    expect(preview).toMatchObject({ mapping: null, labels: [], columns: ['farbe', 'form', 'satz'], rowCount: 20 })
  })

  it('takes the columns it is told, by name or, without a header, by index', () => {
    const mapping = { textColumns: ['satz'], labelColumn: 'Form' }
    expect(read('farbe,form,satz\nred,x,one\nblue,y,two\n', mapping).rows).toEqual([
      ['x', 'one'],
      ['y', 'two'],
    ])
    expect(read('7,red,one two\n8,blue,three four\n', { textColumns: ['2'], labelColumn: '1' }).rows).toEqual([
      ['red', 'one two'],
      ['blue', 'three four'],
    ])
  })

  it('shows the first rows cut to 200 characters', () => {
    const { sampleRows } = previewCsv('news.csv', `label,text\nA,${'long '.repeat(100)}\nB,short\n`)
    expect(sampleRows.map((cells) => cells[1]?.length)).toEqual([200, 5])
  })
})
