/** Many lines: which are taken, how they are judged against their labels, filtered and ordered. */
import { describe, expect, it } from 'vitest'
import { wilsonInterval } from '../../shared/domain/evaluation.ts'
import { judge, labelMatcher } from '../../shared/domain/labelled-lines.ts'
import { filterRows, rowsOf, sortRows } from '../../shared/domain/line-rows.ts'

const labels = ['World', 'Sports', 'Business']
const by = { modelId: 'a', checkpoint: null }
const noFilter = { text: '', label: null, only: null, cell: null } as const

describe('labels of a file', () => {
  it('are matched by name, without case and outer space', () => {
    const match = labelMatcher(labels)
    expect([' sports ', 'WORLD', 'Sport', '', null].map(match)).toEqual([1, 0, null, null, null])
  })

  it('give accuracy, interval and confusion of the lines they belong to', () => {
    const lines = [
      { predicted: 0, actual: 'world' },
      { predicted: 1, actual: 'World' },
      { predicted: 1, actual: 'Sports' },
      { predicted: 2, actual: 'Weather' },
      { predicted: 2, actual: 'Weather ' },
      { predicted: 2, actual: null },
    ]
    const judgement = judge(lines, labels)!
    expect(judgement).toMatchObject({ judgedCount: 3, correctCount: 2, accuracy: 2 / 3, interval: wilsonInterval(2, 3) })
    expect(judgement.confusion).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [0, 0, 0],
    ])
    expect(judgement.unknownLabels).toEqual([{ label: 'Weather', count: 2 }])
  })

  it('are no judgement where there are none, and no accuracy where none is known', () => {
    expect(judge([{ predicted: 0, actual: null }], labels)).toBeNull()
    expect(judge([{ predicted: 0, actual: '1' }], labels)).toMatchObject({ judgedCount: 0, unknownLabels: [{ label: '1', count: 1 }] })
  })
})

describe('rows of the table', () => {
  const lines = [
    { text: 'Goal in the final', actual: 'Sports' },
    { text: 'Border talks', actual: 'World' },
    { text: 'Shares of a club', actual: 'Business' },
    { text: 'not answered yet', actual: null },
  ]
  const answer = (predicted: number, probabilities: number[]) => ({ predicted, probabilities, truncatedCount: 0 })
  const first = { by, labels, answers: [answer(1, [0.1, 0.8, 0.1]), answer(0, [0.5, 0.2, 0.3]), answer(1, [0.1, 0.6, 0.3])] }
  // Another model: other labels in another order, and one line behind.
  const second = { by, labels: ['Sports', 'Business'], answers: [answer(0, [0.9, 0.1]), answer(1, [0.2, 0.8])] }
  const rows = rowsOf(lines, first, second)
  const numbers = (given: typeof rows): number[] => given.map(({ line }) => line)

  it('are those that have an answer', () => {
    expect(numbers(rows)).toEqual([1, 2, 3])
    expect(rows[0]).toMatchObject({ answer: 'Sports', confidence: 0.8, actualIndex: 1, second: { answer: 'Sports', confidence: 0.9 } })
    expect(rows[0]!.second!.difference).toBeCloseTo(0.1, 12)
    expect(rows[1]!.second, 'a class that the second model lacks has probability 0').toMatchObject({ answer: 'Business', difference: -0.5 })
    expect(rows[2]!.second).toBeNull()
  })

  it('are filtered by text, answer, mistake, difference and cell', () => {
    expect(numbers(filterRows(rows, { ...noFilter, text: ' CLUB' }))).toEqual([3])
    expect(numbers(filterRows(rows, { ...noFilter, label: 'Sports' }))).toEqual([1, 3])
    expect(numbers(filterRows(rows, { ...noFilter, only: 'mistakes' }))).toEqual([3])
    expect(numbers(filterRows(rows, { ...noFilter, only: 'differences' }))).toEqual([2])
    expect(numbers(filterRows(rows, { ...noFilter, cell: { actual: 2, predicted: 1 } }))).toEqual([3])
  })

  it('are ordered, equal ones by line', () => {
    expect(numbers(sortRows(rows, { by: 'confidence', descending: true }))).toEqual([1, 3, 2])
    expect(numbers(sortRows(rows, { by: 'answer', descending: false }))).toEqual([1, 3, 2])
    expect(numbers(sortRows(rows, { by: 'answer', descending: true }))).toEqual([2, 1, 3])
    expect(numbers(rows)).toEqual([1, 2, 3])
  })
})
