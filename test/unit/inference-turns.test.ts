/** Whose turn it is at the model: nobody waits for the whole of a long job, and what waits together is computed together. */
import { describe, expect, it } from 'vitest'
import { byLength, maxBatchRows, TurnQueue, type BatchJob, type HeadlineJob, type Turn } from '../../electron/inference/turns.ts'

const headline = (text: string): HeadlineJob => ({ kind: 'headline', modelDirectory: 'm', text })
const batch = (texts: string[], modelDirectory = 'm'): BatchJob => ({ kind: 'batch', modelDirectory, texts, remaining: byLength(texts) })
const manyTexts = (count: number): string[] => Array.from({ length: count }, (_, index) => `text ${index}`)

type AnyTurn = Turn<HeadlineJob, BatchJob>

function queueOf(...jobs: (HeadlineJob | BatchJob)[]): TurnQueue<HeadlineJob, BatchJob> {
  const queue = new TurnQueue<HeadlineJob, BatchJob>()
  for (const job of jobs) queue.add(job)
  return queue
}

const rowCount = (turn: AnyTurn | null): number => {
  if (turn?.kind !== 'batch') throw new Error('not a batch')
  return turn.parts.reduce((sum, { rows }) => sum + rows.length, 0)
}

describe('turns', () => {
  it('lets a headline that comes during a long job wait for one batch only', () => {
    const queue = queueOf(batch(manyTexts(10_000)))
    expect(rowCount(queue.next())).toBe(maxBatchRows)
    const asked = headline('short')
    queue.add(asked)
    expect(queue.next()).toEqual({ kind: 'headline', job: asked })
    expect(rowCount(queue.next())).toBe(maxBatchRows)
  })

  it('alternates between a long job and headlines that keep coming, so that neither starves', () => {
    const long = batch(manyTexts(200))
    const queue = queueOf(long)
    const kinds: string[] = []
    for (let turn = queue.next(); turn; turn = queue.next()) {
      kinds.push(turn.kind)
      if (turn.kind === 'batch') queue.add(headline('another'))
    }
    expect(kinds).toEqual(Array.from({ length: 2 * Math.ceil(200 / maxBatchRows) }, (_, turn) => (turn % 2 ? 'headline' : 'batch')))
  })

  it('puts jobs that wait for the same model into one batch, and those of another model not', () => {
    const jobs = manyTexts(40).map((text) => batch([text]))
    const queue = queueOf(...jobs.slice(0, 20), batch(['elsewhere'], 'other'), ...jobs.slice(20))
    const turns = [queue.next(), queue.next(), queue.next()]
    expect(turns.map(rowCount)).toEqual([maxBatchRows, 1, 40 - maxBatchRows])
    expect(queue.next()).toBeNull()
  })

  it('gives every row exactly once, short ones first', () => {
    const texts = manyTexts(100).map((text, index) => text.padEnd(10 + ((index * 37) % 90)))
    const queue = queueOf(batch(texts))
    const rows: number[] = []
    for (let turn = queue.next(); turn?.kind === 'batch'; turn = queue.next()) rows.push(...turn.parts.flatMap((part) => part.rows))
    expect(rows.toSorted((a, b) => a - b)).toEqual([...texts.keys()])
    const lengths = rows.map((row) => texts[row]!.length)
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b))
  })

  it('makes smaller batches of long texts, but never an empty one', () => {
    const turn = queueOf(batch(Array.from({ length: 32 }, () => 'x'.repeat(20_000)))).next()
    expect(rowCount(turn)).toBeGreaterThan(0)
    expect(rowCount(turn)).toBeLessThan(10)
  })

  it('forgets what is removed', () => {
    const [first, second] = [batch(['a']), headline('b')]
    const queue = queueOf(first, second)
    queue.remove(first)
    expect(queue.next()).toEqual({ kind: 'headline', job: second })
    expect(queue.next()).toBeNull()
  })
})
