/** The cut between training and validation rows. */
import { describe, expect, it } from 'vitest'
import { splitDataset } from '../../electron/data/split.ts'
import type { Example } from '../../electron/data/types.ts'
import type { DatasetCard } from '../../shared/domain/dataset.ts'

function dataset(examples: Example[], labels = ['A', 'B', 'C', 'D']) {
  const card: DatasetCard = {
    id: 'x',
    title: 'x',
    ref: { kind: 'starter' },
    license: null,
    labels,
    classCounts: labels.map((_, label) => examples.filter((example) => example.label === label).length),
    rowCount: examples.length,
    badRowCount: 0,
    digest: '',
  }
  return { card, examples }
}
const rows = (label: number, count: number): Example[] =>
  Array.from({ length: count }, (_, index) => ({ text: `text ${label} ${index}`, label }))
const countOf = (examples: readonly Example[], label: number): number => examples.filter((example) => example.label === label).length

describe('splitting a data set', () => {
  const uneven = dataset([...rows(0, 100), ...rows(1, 50), ...rows(2, 7), ...rows(3, 2)])

  it('keeps every row exactly once and the share of each class', () => {
    const { train, validation } = splitDataset(uneven, 0.1, 42)
    expect([...train, ...validation].sort((a, b) => (a.text < b.text ? -1 : 1))).toEqual(
      [...uneven.examples].sort((a, b) => (a.text < b.text ? -1 : 1)),
    )
    expect([0, 1, 2, 3].map((label) => countOf(validation, label))).toEqual([10, 5, 1, 1])
  })

  it('puts the same rows aside as every version before it', () => {
    const numbers = splitDataset(uneven, 0.05, 42).validation.map(({ text }) => text)
    expect(numbers).toEqual([
      'text 0 0', 'text 0 30', 'text 0 42', 'text 0 51', 'text 0 96', 'text 1 2', 'text 1 3', 'text 1 25', 'text 2 1', 'text 3 1',
    ]) // prettier-ignore
  })

  it('is the same for the same seed and another for another', () => {
    expect(splitDataset(uneven, 0.1, 42)).toEqual(splitDataset(uneven, 0.1, 42))
    expect(splitDataset(uneven, 0.1, 43)).not.toEqual(splitDataset(uneven, 0.1, 42))
  })

  it('leaves a class of one row to training, and never takes all of a class', () => {
    const tiny = dataset([...rows(0, 1), ...rows(1, 2), ...rows(2, 40)])
    const { train, validation } = splitDataset(tiny, 0.95, 1)
    expect([0, 1, 2].map((label) => countOf(validation, label))).toEqual([0, 1, 38])
    expect([0, 1, 2].map((label) => countOf(train, label))).toEqual([1, 1, 2])
  })

  it('keeps copies of a text on one side, also copies under different labels', () => {
    const copies = [...rows(0, 30), ...rows(0, 30), ...rows(1, 30), ...rows(0, 10).map(({ text }) => ({ text, label: 1 }))]
    for (let seed = 0; seed < 20; seed++) {
      const { train, validation } = splitDataset(dataset(copies), 0.2, seed)
      const trained = new Set(train.map(({ text }) => text))
      expect(validation.filter(({ text }) => trained.has(text))).toEqual([])
      expect(countOf(validation, 0)).toBeGreaterThan(0)
      expect(countOf(validation, 1)).toBeGreaterThan(0)
    }
  })

  it('takes a group larger than its share rather than none', () => {
    const copies = [...rows(0, 1), ...rows(0, 1), ...rows(0, 1), { text: 'other', label: 0 }, { text: 'other', label: 0 }, ...rows(1, 5)]
    const { train, validation } = splitDataset(dataset(copies, ['A', 'B']), 0.1, 5)
    expect(validation.filter(({ label }) => label === 0).map(({ text }) => text)).toEqual(['other', 'other'])
    expect(countOf(train, 0)).toBe(3)
  })

  it('chooses rows from the whole file, not from one end', () => {
    const { validation } = splitDataset(dataset([...rows(0, 1000), ...rows(1, 1000)], ['A', 'B']), 0.2, 9)
    const positions = validation.filter(({ label }) => label === 0).map(({ text }) => Number(text.split(' ')[2]))
    expect(positions.filter((position) => position < 500).length).toBeGreaterThan(70)
    expect(positions.filter((position) => position >= 500).length).toBeGreaterThan(70)
  })
})
