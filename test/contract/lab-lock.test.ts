/** One lab per directory, however the former one ended. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLab } from '../../electron/lab/index.ts'
import { lockDirectory } from '../../electron/lab/lock.ts'
import { LabError } from '../../shared/contract/errors.ts'

let labDirectory: string
beforeEach(async () => {
  labDirectory = await mkdtemp(join(tmpdir(), 'distrinews-'))
})
afterEach(() => rm(labDirectory, { recursive: true, force: true }))

async function errorOf(work: Promise<unknown>): Promise<LabError> {
  const error: unknown = await work.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(LabError)
  return error as LabError
}

describe("the lab's directory", () => {
  it('is refused to a second lab, which is told the process of the first', async () => {
    const first = await createLab({ labDirectory })
    const { info } = await errorOf(createLab({ labDirectory }))
    expect(info.code).toBe('LAB_ALREADY_RUNNING')
    expect(info.cause).toContain(String(process.pid))
    await first.close()
    await (await createLab({ labDirectory })).close()
  })

  it('is taken over from a process that was killed', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    const lock = { pid: child.pid, startedAt: new Date().toISOString(), nonce: 'a', identity: null }
    await writeFile(join(labDirectory, 'lab.lock'), JSON.stringify(lock))
    expect((await errorOf(lockDirectory(labDirectory))).info.code).toBe('LAB_ALREADY_RUNNING')
    child.kill('SIGKILL')
    await once(child, 'exit')
    const unlock = await lockDirectory(labDirectory)
    expect(JSON.parse(await readFile(join(labDirectory, 'lab.lock'), 'utf8'))).toMatchObject({ pid: process.pid })
    unlock()
  })

  it('is taken over where the pid now belongs to another process', async (ctx) => {
    ctx.skip(process.platform !== 'linux', 'only Linux tells two processes of one pid apart cheaply')
    const lock = { pid: process.pid, startedAt: new Date().toISOString(), nonce: 'a', identity: 'an earlier boot:1' }
    await writeFile(join(labDirectory, 'lab.lock'), JSON.stringify(lock))
    const unlock = await lockDirectory(labDirectory)
    unlock()
  })

  it.each(['', '{"pid":', 'garbage', '{"pid":-1}'])('is taken over from a lock that is %j', async (text) => {
    await writeFile(join(labDirectory, 'lab.lock'), text)
    const unlock = await lockDirectory(labDirectory)
    unlock()
  })

  it('goes to exactly one of several that find the same stale lock', async () => {
    await writeFile(join(labDirectory, 'lab.lock'), 'stale')
    const results = await Promise.allSettled(Array.from({ length: 4 }, () => lockDirectory(labDirectory)))
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected'])
  })

  it('gives back only its own lock', async () => {
    const unlock = await lockDirectory(labDirectory)
    await writeFile(join(labDirectory, 'lab.lock'), 'of another lab')
    unlock()
    expect(await readFile(join(labDirectory, 'lab.lock'), 'utf8')).toBe('of another lab')
  })

  it('that cannot be written is named', async (ctx) => {
    ctx.skip(process.getuid?.() === 0, 'root may write everywhere')
    await chmod(labDirectory, 0o500)
    expect((await errorOf(createLab({ labDirectory }))).info.code).toBe('OUTPUT_NOT_WRITABLE')
  })

  it('that the system will not make is named', async (ctx) => {
    ctx.skip(process.platform !== 'linux', '/proc is there on Linux only')
    expect((await errorOf(createLab({ labDirectory: '/proc/distrinews/lab' }))).info.code).toBe('OUTPUT_NOT_WRITABLE')
  })

  it('that is a file is named', async () => {
    const file = join(labDirectory, 'file')
    await writeFile(file, '')
    const { info } = await errorOf(createLab({ labDirectory: file }))
    expect(info.code).toBe('OUTPUT_NOT_WRITABLE')
    expect(info.cause).toContain(file)
  })
})
