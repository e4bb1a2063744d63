/**
 * The socket ring between real processes, and what the others learn when one of them is killed or stopped. Deadlines
 * that must not matter are far beyond the test's own.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { bundleForNode } from '../helpers/bundle.ts'
import type { RingAnswer, RingCommand } from '../helpers/ring-child.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

let build: string
let script: string
beforeAll(async () => {
  build = await mkdtemp(join(tmpdir(), 'distrinews-ring-'))
  script = await bundleForNode('test/helpers/ring-child.ts', build)
})
afterAll(() => rm(build, { recursive: true, force: true }))

/** A child process and the answers it has sent. */
class Rank {
  readonly process: ChildProcess
  private readonly answers: RingAnswer[] = []

  constructor() {
    this.process = fork(script)
    this.process.on('message', (message) => this.answers.push(message as RingAnswer))
  }

  /** The next answer, waiting for it if need be. */
  async answer(): Promise<RingAnswer> {
    while (this.answers.length === 0) await once(this.process, 'message')
    return this.answers.shift()!
  }

  ask(command: RingCommand): Promise<RingAnswer> {
    this.process.send(command)
    return this.answer()
  }
}

/** Processes that have joined one ring; all are gone when the test ends. */
async function startRing(worldSize: number, timeoutMs: number): Promise<Rank[]> {
  const directory = await temporaryDirectory()
  const ranks = Array.from({ length: worldSize }, () => new Rank())
  onTestFinished(async () => {
    for (const { process: child } of ranks) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  })
  await Promise.all(ranks.map((rank) => rank.answer()))
  const joined = await Promise.all(ranks.map((child, rank) => child.ask({ type: 'join', rank, worldSize, directory, timeoutMs })))
  expect(joined).toEqual(ranks.map(() => ({ type: 'joined' })))
  return ranks
}

describe('a ring of processes', () => {
  it.each([2, 3, 4])('of %i sums right and leaves the same bits everywhere', async (worldSize) => {
    const ranks = await startRing(worldSize, 60_000)
    for (const [step, length] of [1, 5, 1_000_003, 5_000_000].entries()) {
      const answers = await Promise.all(ranks.map((rank) => rank.ask({ type: 'allReduce', length, step })))
      for (const answer of answers) {
        expect(answer).toMatchObject({ type: 'reduced', first: (worldSize * (worldSize + 1)) / 2, allEqual: true })
        expect(answer).toEqual(answers[0])
      }
    }
  })

  // The deadline is far beyond the test's own: only the lost connection can end the waiting.
  it('learns at once that a rank was killed while the others waited for it, and all name that rank', async () => {
    const ranks = await startRing(4, 600_000)
    const waiting = [0, 1, 3].map((rank) => ranks[rank].ask({ type: 'allReduce', length: 4_000_000, step: 12 }))
    ranks[2].process.kill('SIGKILL')
    for (const answer of await Promise.all(waiting)) {
      expect(answer).toMatchObject({
        type: 'failed',
        error: { code: 'RANK_FAILED', title: 'Connection to rank 2 was lost during all-reduce, step 12' },
      })
    }
  })

  it('learns at once that a rank was killed in the middle of an all-reduce', async () => {
    const ranks = await startRing(2, 600_000)
    await Promise.all(ranks.map((rank) => rank.ask({ type: 'allReduceForever', length: 8_000_000 })))
    ranks[1].process.kill('SIGKILL')
    const answer = await ranks[0].answer()
    expect(answer).toMatchObject({ type: 'failed', error: { code: 'RANK_FAILED' } })
    if (answer.type === 'failed') expect(answer.error.title).toMatch(/^Connection to rank 1 was lost during all-reduce, step \d+$/)
  })

  it('gives up on a stopped rank at the deadline, although its connection still stands', async (ctx) => {
    ctx.skip(process.platform === 'win32', 'Windows has no SIGSTOP')
    const ranks = await startRing(2, 2000)
    await Promise.all(ranks.map((rank) => rank.ask({ type: 'allReduceForever', length: 100_000 })))
    ranks[1].process.kill('SIGSTOP')
    const answer = await ranks[0].answer()
    expect(answer).toMatchObject({ type: 'failed', error: { code: 'COLLECTIVE_TIMEOUT' } })
    if (answer.type === 'failed') expect(answer.error.title).toMatch(/^Rank 1 did not answer in time during all-reduce, step \d+$/)
  })

  it('tells a rank that was stopped too long why the others gave up, once it runs again', async (ctx) => {
    ctx.skip(process.platform === 'win32', 'Windows has no SIGSTOP')
    const ranks = await startRing(2, 2000)
    ranks[1].process.kill('SIGSTOP')
    const reason = await ranks[0].ask({ type: 'allReduce', length: 10, step: 3 })
    expect(reason).toMatchObject({
      error: { code: 'COLLECTIVE_TIMEOUT', title: 'Rank 1 did not answer in time during all-reduce, step 3' },
    })
    ranks[1].process.kill('SIGCONT')
    expect(await ranks[1].ask({ type: 'allReduce', length: 10, step: 3 })).toEqual(reason)
  })
})
