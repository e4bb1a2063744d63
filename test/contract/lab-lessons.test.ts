/** workbench.* and lessons.* over both transports. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LessonProgress } from '../../shared/domain/lesson-progress.ts'
import { noProgress } from '../../shared/domain/lesson-progress.ts'
import type { WorkbenchEvent } from '../../shared/domain/workbench.ts'
import { labErrorOf, reachLab, transports, type ReachedLab } from '../helpers/contract-clients.ts'

const progress: LessonProgress = {
  format: 1,
  steps: {
    tokens: { doneAt: '2026-01-02T03:04:05.000Z', because: '8 headlines are 279 tokens.', facts: { tokens: 279 }, fastTrack: false },
  },
  predictions: { 'set-epoch': { answer: 'the loss explodes', at: '2026-01-02T03:04:05.000Z' } },
  cards: { 'ddp-or-dp': { score: 0.5, at: '2026-01-02T03:04:05.000Z' } },
  lastStep: 'tokens',
}

describe.each(transports)('lessons over %s', (transport) => {
  let reached: ReachedLab
  beforeAll(async () => {
    reached = await reachLab(transport)
  })
  afterAll(() => reached.close())

  it('begin with no progress, keep it, and begin anew where the file is damaged', async () => {
    const { lessons } = reached.client
    expect(await lessons.progress()).toEqual(noProgress)
    expect(await lessons.save(progress)).toEqual(progress)
    expect(await lessons.progress()).toEqual(progress)
    const file = join(reached.labDirectory, 'lessons.json')
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(progress)
    await writeFile(file, '{"format":1')
    expect(await lessons.progress()).toEqual(noProgress)
  })

  it('refuse progress that no lab could have made', async () => {
    const many = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`step-${index}`, progress.steps['tokens']!]))
    expect((await labErrorOf(reached.client.lessons.save({ ...progress, steps: many }))).code).toBe('CONFIG_INVALID')
    expect((await labErrorOf(reached.client.lessons.save({ ...progress, cards: { x: { score: 2, at: 'now' } } }))).code).toBe(
      'CONFIG_INVALID',
    )
  })

  it('run a program on real ranks, and find its result again', async () => {
    const { workbench } = reached.client
    const events: WorkbenchEvent[] = []
    for await (const event of await workbench.run({ program: 'set-epoch', arm: 'broken', rows: 64 })) events.push(event)
    const last = events.at(-1)!
    if (last.type !== 'result') throw new Error(JSON.stringify(last))
    expect(last.result).toMatchObject({ program: 'set-epoch', arm: 'broken', worldSize: 2, input: { epochs: 4, rows: 64 } })
    expect(last.result.ranks.map(({ outcome }) => outcome)).toEqual(['finished', 'finished'])
    expect(await workbench.last({ program: 'set-epoch' })).toEqual([last.result])
  })

  it('end a program whose stream is closed, and can then run the next', async () => {
    const { workbench } = reached.client
    const stream = await workbench.run({ program: 'barrier-in-if', arm: 'broken', deadlineMs: 10_000 })
    for await (const event of stream) {
      if (event.type !== 'progress' || !event.text.startsWith('waits')) continue
      expect((await labErrorOf(workbench.run({ program: 'set-epoch' }))).code).toBe('RUN_ALREADY_ACTIVE')
      break
    }
    await expect.poll(() => workbench.run({ program: 'set-epoch', rows: 64 }).then(() => true, () => false), { timeout: 10_000 }).toBe(true) // prettier-ignore
  })

  it('refuse a program, an arm or a world size that do not exist', async () => {
    const { workbench } = reached.client
    const wrong = [{ program: 'nothing' }, { program: 'set-epoch', arm: 'slow' }, { program: 'set-epoch', worldSize: 9 }] as const
    for (const request of wrong) expect((await labErrorOf(workbench.run(request as never))).code).toBe('CONFIG_INVALID')
    expect((await labErrorOf(workbench.last({ program: '../..' as never }))).code).toBe('CONFIG_INVALID')
  })
})
