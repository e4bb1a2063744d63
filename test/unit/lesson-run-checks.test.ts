/** Checks of whole training runs, and of ranks that meet: what meets them, what does not, and what is not over yet. */
import { describe, expect, test } from 'vitest'
import { firstDisagreement, metInOrder } from '../../shared/lessons/collectives.ts'
import { learnedAndSaved, type RecordedRun, savedOnce, survivedAKill } from '../../shared/lessons/run-checks.ts'

interface Shape {
  state?: string
  accuracy?: number
  checkpoints?: (string | null)[]
  ranks?: number
  incident?: { rank: number; step: number; resumedFromStep: number; worldSize: number } | null
}

/** As little of a run as the checks read. */
function run({ state = 'done', accuracy = 0.6, checkpoints = ['step-000079'], ranks = 2, incident = null }: Shape = {}): RecordedRun {
  const stepOf = (step: number, globalLoss: number) => ({ step, globalLoss, ranks: Array.from({ length: ranks }, (_, rank) => ({ rank })) })
  return {
    record: { state, config: { worldSize: 2 }, incidents: incident === null ? [] : [incident] },
    ranks: [],
    epochs: checkpoints.map((checkpoint, epoch) => ({ epoch, validationAccuracy: accuracy, validationCount: 560, checkpoint })),
    steps: [stepOf(1, 1.39), stepOf(79, 0.9)],
  } as unknown as RecordedRun
}

describe('a run that learned and saved', () => {
  test('is met by an accuracy well above chance and a checkpoint', () => {
    expect(learnedAndSaved([run()])?.met).toBe(true)
  })

  test.each([
    ['guesses', run({ accuracy: 0.26 })],
    ['saved nothing', run({ checkpoints: [null] })],
    ['failed before its first epoch was over', run({ state: 'failed', checkpoints: [] })],
  ])('is not met by one that %s', (_, given) => {
    expect(learnedAndSaved([given])?.met).toBe(false)
  })

  test('is not judged while it is going on', () => {
    expect(learnedAndSaved([run({ state: 'running' })])).toBeNull()
  })
})

describe('several ranks that saved once', () => {
  test('are met by one checkpoint for each epoch', () => {
    expect(savedOnce([run({ checkpoints: ['step-000079', 'step-000158'] })])?.met).toBe(true)
  })

  test.each([
    ['only one rank trained', run({ ranks: 1 })],
    ['the same checkpoint stands twice', run({ checkpoints: ['step-000079', 'step-000079'] })],
    ['nothing was saved', run({ checkpoints: [null] })],
    ['the run failed', run({ state: 'failed' })],
  ])('are not met where %s', (_, given) => {
    expect(savedOnce([given])?.met).toBe(false)
  })
})

describe('a kill that was survived', () => {
  const incident = { rank: 1, step: 25, resumedFromStep: 20, worldSize: 2 }
  test('is met by a named first cause, a checkpoint and an end', () => {
    const verdict = survivedAKill([run({ incident })])
    expect(verdict?.met).toBe(true)
    expect(verdict?.because).toContain('5 steps were done again')
  })

  test.each([
    ['nothing failed', run()],
    ['there was no checkpoint to go on from', run({ incident: { ...incident, resumedFromStep: 0 } })],
    ['the run did not come to its end', run({ incident, state: 'failed' })],
  ])('is not met where %s', (_, given) => {
    expect(survivedAKill([given])?.met).toBe(false)
  })
})

describe('ranks that meet', () => {
  const call = (kind: 'allReduce' | 'barrier', step: number, endMs: number | null = 2) => ({
    kind,
    step,
    bucket: 0,
    bytes: 8,
    startMs: 1,
    endMs,
  })
  const rank = (collectives: ReturnType<typeof call>[], outcome: 'finished' | 'failed' | 'died' | 'ended' = 'finished') =>
    ({ collectives, outcome }) as never

  test('do the same things in the same order', () => {
    const ranks = [rank([call('allReduce', 1), call('barrier', 1)]), rank([call('allReduce', 1), call('barrier', 1)])]
    expect(firstDisagreement(ranks)).toBeNull()
    expect(metInOrder({ ranks } as never).met).toBe(true)
  })

  test('part where one calls another collective, or none', () => {
    expect(firstDisagreement([rank([call('allReduce', 1), call('allReduce', 2)]), rank([call('allReduce', 1), call('barrier', 1)])])).toBe(
      1,
    )
    expect(firstDisagreement([rank([call('barrier', 3, null)], 'ended'), rank([], 'ended')])).toBe(0)
  })

  test('are not blamed for one that died and could report nothing', () => {
    expect(firstDisagreement([rank([call('allReduce', 1)]), rank([], 'died')])).toBeNull()
  })

  test('have not met in order if one did not finish', () => {
    expect(metInOrder({ ranks: [rank([call('barrier', 1)]), rank([call('barrier', 1)], 'failed')] } as never).met).toBe(false)
  })
})
