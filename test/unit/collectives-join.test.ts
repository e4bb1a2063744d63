/**
 * How ranks find each other over real sockets: in any order, past strangers on the address and past what earlier attempts
 * left behind in the directory.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { attemptHash, encodeHeader, type FrameHeader } from '../../electron/collectives/frame.ts'
import type { ProcessGroup } from '../../electron/collectives/process-group.ts'
import { socketPath } from '../../electron/collectives/rendezvous.ts'
import { joinSocketRing } from '../../electron/collectives/socket-ring.ts'
import { closedAtEnd, labError, socketRing, timeoutMs } from '../helpers/process-groups.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const hello: FrameHeader = {
  kind: 'hello',
  attempt: attemptHash('test'),
  worldSize: 2,
  sourceRank: 1,
  step: 0,
  sequence: 0,
  bucket: 0,
  round: 0,
  chunk: 0,
  payloadLength: 0,
}

async function expectSum(groups: ProcessGroup[]): Promise<void> {
  const data = groups.map(() => new Float32Array(10).fill(1))
  await Promise.all(groups.map((group) => group.allReduce(data[group.rank], { step: 0, bucket: 0 })))
  for (const values of data) expect([...values]).toEqual(Array(10).fill(groups.length))
}

async function appears(file: string): Promise<void> {
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('joining a ring', () => {
  it('works in any order of arrival', async () => {
    const directory = await temporaryDirectory()
    const joining: Promise<ProcessGroup>[] = []
    for (const rank of [2, 0, 3, 1]) {
      joining.push(joinSocketRing({ rank, worldSize: 4, attempt: 'test', directory, timeoutMs }))
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    await expectSum(closedAtEnd(await Promise.all(joining)))
  })

  it('leaves nothing behind in the directory', async () => {
    const directory = await temporaryDirectory()
    await socketRing(3, { directory })
    expect(await readdir(directory)).toEqual([])
  })

  it('names the ranks that do not come', async () => {
    const directory = await temporaryDirectory()
    const error = await labError(joinSocketRing({ rank: 1, worldSize: 4, attempt: 'test', directory, timeoutMs: 200 }))
    expect(error.code).toBe('COLLECTIVE_TIMEOUT')
    expect(error.title).toBe('The process group is not complete: rank 0 and rank 2 did not join')
  })

  it('ends with the signal’s reason', async () => {
    const directory = await temporaryDirectory()
    const stop = new AbortController()
    const joining = joinSocketRing({ rank: 0, worldSize: 2, attempt: 'test', directory, timeoutMs, signal: stop.signal })
    stop.abort(new Error('stopped by the person'))
    await expect(joining).rejects.toThrow('stopped by the person')
  })

  it('and later the signal closes the group', async () => {
    const directory = await temporaryDirectory()
    const stop = new AbortController()
    const options = { worldSize: 2, attempt: 'test', directory, timeoutMs }
    const groups = await Promise.all([
      joinSocketRing({ ...options, rank: 0, signal: stop.signal }),
      joinSocketRing({ ...options, rank: 1 }),
    ])
    closedAtEnd(groups)
    const failures = groups.map((group) => labError(group.rank === 0 ? group.barrier({ step: 1, bucket: 0 }) : pending(group)))
    stop.abort()
    expect((await failures[0]).title).toBe('Rank 0 has left the process group')
    expect((await failures[1]).title).toContain('Connection to rank 0 was lost')
  })
})

/** A collective of rank 1 that rank 0 does not take part in to its end. */
async function pending(group: ProcessGroup): Promise<void> {
  await group.barrier({ step: 1, bucket: 0 })
  await group.barrier({ step: 2, bucket: 0 })
}

describe('strangers while a ring forms', () => {
  const strangers: [string, Uint8Array | string][] = [
    ['a browser', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\n\r\n'],
    ['someone who says nothing', ''],
    ['someone who says too little', 'hi'],
    ['a flood of noise', new Uint8Array(1_000_000).fill(7)],
    ['a rank of another attempt', encodeHeader({ ...hello, attempt: attemptHash('yesterday') }, 0n)],
    ['a rank that sits elsewhere', encodeHeader({ ...hello, sourceRank: 0 }, 0n)],
    ['a rank of a larger group', encodeHeader({ ...hello, worldSize: 3 }, 0n)],
    ['a rank that begins with a collective', encodeHeader({ ...hello, kind: 'allReduce' }, 0n)],
  ]

  it.each(strangers)('%s on the address harms nobody', async (_, message) => {
    const directory = await temporaryDirectory()
    const options = { worldSize: 2, attempt: 'test', directory, timeoutMs }
    const joining = joinSocketRing({ ...options, rank: 0 })
    await appears(join(directory, 'rank-0.sock'))
    const stranger = connect(join(directory, 'rank-0.sock'))
    stranger.on('error', () => stranger.destroy())
    if (message.length > 0) stranger.write(message)
    const gone = new Promise((resolve) => stranger.once('close', resolve))
    stranger.resume()
    await once(stranger, 'connect')

    await expectSum(closedAtEnd(await Promise.all([joining, joinSocketRing({ ...options, rank: 1 })])))
    await gone
  })

  it('is refused, and said so, when its attempt is another', async () => {
    const directory = await temporaryDirectory()
    const failures = await Promise.all(
      ['today', 'yesterday'].map((attempt, rank) => labError(joinSocketRing({ rank, worldSize: 2, attempt, directory, timeoutMs: 300 }))),
    )
    for (const failure of failures) {
      expect(failure.code).toBe('COLLECTIVE_TIMEOUT')
      expect(failure.cause).toMatch(/attempt/)
    }
  })
})

describe('what an earlier attempt left behind', () => {
  it('a socket file of a killed process is replaced', async () => {
    const directory = await temporaryDirectory()
    const path = join(directory, 'rank-0.sock')
    const script = join(directory, 'dies.cjs')
    await writeFile(
      script,
      `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`,
    )
    await once(fork(script), 'exit')
    expect(existsSync(path)).toBe(true)
    await expectSum(await socketRing(2, { directory }))
  })

  it('a published port that nobody listens on is passed over', async () => {
    const directory = await temporaryDirectory()
    await writeFile(join(directory, 'rank-1.port'), '1')
    await expectSum(await socketRing(2, { directory }))
  })

  it('a port file full of rubbish is passed over', async () => {
    const directory = await temporaryDirectory()
    await writeFile(join(directory, 'rank-1.port'), 'rubbish')
    await expectSum(await socketRing(2, { directory }))
  })

  it('an address where a process still answers is not taken from it', async () => {
    const directory = await temporaryDirectory()
    const living = createServer().listen(join(directory, 'rank-0.sock'))
    onTestFinished(() => {
      living.close()
    })
    await once(living, 'listening')
    expect((await labError(joinSocketRing({ rank: 0, worldSize: 2, attempt: 'test', directory, timeoutMs }))).code).toBe('PORT_IN_USE')
  })
})

describe('addresses', () => {
  it('are named pipes on Windows, different for each directory and rank', () => {
    const path = socketPath('C:\\Temp\\run', 1, 'win32')
    expect(path).toMatch(/^\\\\\.\\pipe\\distrinews-[0-9a-f]{16}-rank-1$/)
    expect(socketPath('C:\\Temp\\run', 0, 'win32')).not.toBe(path)
    expect(socketPath('C:\\Temp\\other', 1, 'win32')).not.toBe(path)
  })

  it('fall back to loopback TCP where the path is too long for a socket', async () => {
    const directory = join(await temporaryDirectory(), 'a'.repeat(120))
    await mkdir(directory)
    expect(socketPath(directory, 0)).toBeNull()
    const groups = await socketRing(3, { directory })
    await expectSum(groups)
    const large = groups.map(() => new Float32Array(700_001).fill(1))
    await Promise.all(groups.map((group) => group.allReduce(large[group.rank], { step: 1, bucket: 0 })))
    for (const values of large) expect(values.every((value) => value === 3)).toBe(true)
    expect(await readdir(directory)).toEqual([])
  })

  it('that cannot be published are a typed error', async () => {
    const directory = join(await temporaryDirectory(), 'missing')
    const error = await labError(joinSocketRing({ rank: 0, worldSize: 2, attempt: 'test', directory, timeoutMs }))
    expect(error.code).toBe('OUTPUT_NOT_WRITABLE')
  })
})
