/** The workbench around its programs: nothing survives a cancel, a deadline or the death of the lab; results are kept. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { projectRoot } from '../../electron/paths.ts'
import { runProgram } from '../../electron/workbench/launcher.ts'
import { Workbench } from '../../electron/workbench/workbench.ts'
import { programInputSchema, type ProgramResult, type WorkbenchEvent } from '../../shared/domain/workbench.ts'
import { bundleForNode } from '../helpers/bundle.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { descendantsOf, isAlive } from '../helpers/training-runs.ts'
import { workbenchCache } from '../helpers/workbench.ts'

/** Two ranks that quickly have something to tell. */
const quick = programInputSchema.parse({ program: 'sampler-grid' })
/** Ranks that wait for each other until the deadline, and longer. */
const stuck = programInputSchema.parse({ program: 'barrier-in-if', arm: 'broken', deadlineMs: 10_000 })

async function openWorkbench(isTraining = false): Promise<{ workbench: Workbench; labDirectory: string }> {
  const labDirectory = await temporaryDirectory()
  const workbench = new Workbench({ labDirectory, cacheDirectory: workbenchCache, isTraining: () => isTraining })
  onTestFinished(() => workbench.close())
  return { workbench, labDirectory }
}

async function eventsOf(stream: AsyncIterable<WorkbenchEvent>): Promise<WorkbenchEvent[]> {
  const events: WorkbenchEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}

const ranksOf = (): Promise<number[]> => descendantsOf(process.pid)

/** Leaves the iteration when a rank has waited. */
async function untilStuck(stream: AsyncIterable<WorkbenchEvent>, then: () => Promise<void> = () => Promise.resolve()): Promise<void> {
  for await (const event of stream) {
    if (event.type !== 'progress' || !event.text.startsWith('waits in barrier')) continue
    await then()
    return
  }
}

async function expectGone(pids: readonly number[]): Promise<void> {
  await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([])
}

describe('a program on the workbench', () => {
  it('tells how it goes, ends with its result, and keeps it for the next start of the lab', async () => {
    const { workbench, labDirectory } = await openWorkbench()
    const events = await eventsOf(workbench.run(quick))
    expect(events.slice(0, -1).every(({ type }) => type === 'progress')).toBe(true)
    const last = events.at(-1)! as { type: 'result'; result: ProgramResult }
    expect(last.type).toBe('result')
    expect(last.result).toMatchObject({ program: 'sampler-grid', arm: 'measured', besideRun: false })

    const reopened = new Workbench({ labDirectory, cacheDirectory: workbenchCache, isTraining: () => false })
    expect(await reopened.last('sampler-grid')).toEqual([last.result])
    expect(await reopened.last('tokens')).toEqual([])
    const file = join(labDirectory, 'workbench', 'sampler-grid', 'measured.json')
    const text = await readFile(file, 'utf8')
    for (const damaged of [text.slice(0, -20), '{"program":"sampler-grid"}']) {
      await writeFile(file, damaged)
      expect(await reopened.last('sampler-grid')).toEqual([])
    }
  })

  it('says that a training run goes on beside it', async () => {
    const { workbench } = await openWorkbench(true)
    const events = await eventsOf(workbench.run(quick))
    expect(events[0]).toMatchObject({ type: 'progress', rank: null, text: expect.stringMatching(/training run/) })
    expect(events.at(-1)).toMatchObject({ type: 'result', result: { besideRun: true } })
  })

  it('is the only one at a time', async () => {
    const { workbench } = await openWorkbench()
    await untilStuck(workbench.run(stuck), () => {
      expect(() => workbench.run(quick)).toThrow(/workbench is busy/)
      return Promise.resolve()
    })
    expect((await eventsOf(workbench.run(quick))).at(-1)).toMatchObject({ type: 'result' })
  })

  it('is over, with every process, when nobody listens any more', async () => {
    const { workbench } = await openWorkbench()
    let pids: number[] = []
    await untilStuck(workbench.run(stuck), async () => void (pids = await ranksOf()))
    expect(pids.length).toBeGreaterThanOrEqual(3)
    await expectGone(pids)
    expect(await workbench.last('barrier-in-if')).toEqual([])
  })

  it('is over, with every process, when it is cancelled or the lab is closed', async () => {
    const { workbench } = await openWorkbench()
    for (const cancelledBy of ['signal', 'lab']) {
      const cancel = new AbortController()
      const events: WorkbenchEvent[] = []
      let pids: number[] = []
      for await (const event of workbench.run(stuck, cancel.signal)) {
        events.push(event)
        if (event.type !== 'progress' || !event.text.startsWith('waits in barrier')) continue
        pids = await ranksOf()
        if (cancelledBy === 'signal') cancel.abort()
        else void workbench.close()
      }
      expect(events.at(-1)).toMatchObject({ type: 'failed', error: { title: 'The program was cancelled' } })
      await expectGone(pids)
    }
  })

  it('that does not come to its end is ended', async () => {
    const running = runProgram({ input: stuck, cacheDirectory: workbenchCache, besideRun: false, deadlineMs: 1500 })
    await expect(running).rejects.toMatchObject({ info: { code: 'RANK_STALLED', cause: expect.stringMatching(/after 1\.5 s/) } })
    expect((await ranksOf()).filter(isAlive)).toEqual([])
  })

  it('fails in words where a rank fails that should not', async () => {
    const directory = await temporaryDirectory()
    const notADirectory = join(directory, 'cache')
    await writeFile(notADirectory, '')
    const running = runProgram({ input: quick, cacheDirectory: notADirectory, besideRun: false })
    await expect(running).rejects.toMatchObject({ info: { cause: expect.stringMatching(/ENOTDIR|EEXIST|directory/) } })
  })

  it('dies with its lab', async () => {
    const directory = join(projectRoot, 'test-artifacts', `workbench-child-${process.pid}`)
    const script = await bundleForNode('test/helpers/workbench-child.ts', directory)
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    const lab = spawn(process.execPath, [script, workbenchCache], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(lab.stdout, 'data')
    const pids = await descendantsOf(lab.pid!)
    expect(pids).toHaveLength(3)
    lab.kill('SIGKILL')
    await expectGone(pids)
  })
})
