/** A Space on its way to the hub: real sockets to a hub on loopback that also misbehaves, real folders. */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hubSettings } from '../../electron/hub/hub.ts'
import { publishedSpace, pushSpace, type PushOptions } from '../../electron/spaces/push.ts'
import { SpaceHub } from '../../electron/spaces/space-hub.ts'
import { writeSpaceFolder } from '../../electron/spaces/folder.ts'
import { UnfinishedPushes } from '../../electron/spaces/unfinished.ts'
import type { PushProgress, PushResult } from '../../shared/domain/space.ts'
import { errorOf } from '../helpers/error-of.ts'
import { startSpaceHub, type SpaceHubFault, type SpaceHubStandIn } from '../helpers/space-hub-stand-in.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const name = 'ada/headlines'
const weights = randomBytes(400_000)
const runtime = randomBytes(300_000)
const texts = { 'index.html': '<!doctype html>', 'README.md': '---\nsdk: static\n---\n' }
const allFiles = ['README.md', 'index.html', 'model/weights.bin', 'runtime.wasm', 'space.json']

interface Started {
  standIn: SpaceHubStandIn
  place: string
  directory: string
  options: PushOptions
}

async function start(): Promise<Started> {
  const standIn = await startSpaceHub()
  const place = await temporaryDirectory()
  const directory = join(place, 'space')
  await writeFile(join(place, 'weights'), weights)
  await writeFile(join(place, 'runtime'), runtime)
  await writeSpaceFolder({ target: directory, bytes: 1, signal: undefined }, async (write) => {
    for (const [path, text] of Object.entries(texts)) await write.text(path, text)
    await write.copy('model/weights.bin', join(place, 'weights'))
    await write.copy('runtime.wasm', join(place, 'runtime'))
    const model = {
      ...{ runId: null, checkpoint: null, step: null, architecture: 'distilbert', parameterCount: 1, labels: ['a'] },
      ...({ maxLength: 8, precision: 'int8', license: null } as const),
    }
    return { format: 'distrinews-space', version: 1, kind: 'static', createdAt: new Date().toISOString(), title: 'A test', model }
  })
  const hub = new SpaceHub(standIn.settings())
  const unfinished = new UnfinishedPushes(join(place, 'lab'))
  return { standIn, place, directory, options: { hub, unfinished, directory, name, isPrivate: true, overwriteRevision: null } }
}

async function push(
  options: PushOptions,
  onProgress: (progress: PushProgress) => void = () => undefined,
  signal?: AbortSignal,
): Promise<PushResult> {
  for await (const event of pushSpace(options, signal)) {
    if (event.type === 'done') return event.result
    onProgress(event.progress)
  }
  throw new Error('it ended without a result')
}

const isUpload = ({ method, host }: { method: string; host: string }): boolean => host === 'storage' && method === 'PUT'

describe('pushing', () => {
  test('makes a private Space and brings every file, as one commit; the token goes to the hub alone', async () => {
    const { standIn, directory, options } = await start()
    const progress: PushProgress[] = []
    const result = await push(options, (now) => progress.push(now))
    const space = standIn.spaces.get(name)!
    expect(space).toMatchObject({ sdk: 'static', isPrivate: true })
    expect(space.commits).toHaveLength(2)
    expect(result).toEqual({
      name,
      url: `${standIn.endpoint}/spaces/${name}`,
      revision: space.commits[1],
      sentBytes: 700_000,
      reusedBytes: 0,
    })
    expect([...space.files.keys()].sort()).toEqual(['.gitattributes', ...allFiles].sort())
    for (const path of allFiles) expect(space.files.get(path)!.equals(await readFile(join(directory, path))), path).toBe(true)
    expect(progress.at(-1)).toMatchObject({ sentBytes: result.sentBytes, totalBytes: result.sentBytes })
    const toStorage = standIn.requests.filter(({ host }) => host === 'storage')
    expect(toStorage.length).toBe(2)
    expect(toStorage.every(({ authorization }) => authorization === undefined)).toBe(true)
  })

  test('sends large files in parts', async () => {
    const { standIn, options } = await start()
    standIn.partBytes = 100_000
    const progress: PushProgress[] = []
    await push(options, (now) => progress.push(now))
    expect(standIn.spaces.get(name)!.files.get('model/weights.bin')!.equals(weights)).toBe(true)
    expect(standIn.requests.filter(isUpload).length).toBe(4 + 3)
    expect(progress.at(-1)!.sentBytes).toBe(progress.at(-1)!.totalBytes)
  })

  test('a public Space where that was chosen, and of an organisation', async () => {
    const { standIn, options } = await start()
    await push({ ...options, name: 'analytical/news', isPrivate: false })
    expect(standIn.spaces.get('analytical/news')!.isPrivate).toBe(false)
  })

  test('goes on after a push that was killed: only what the hub does not have is sent, and nobody is asked to overwrite', async () => {
    const { standIn, options } = await start()
    const { hub, unfinished } = options
    standIn.fault = { at: 'commit', kind: 'drop', afterBytes: 0 }
    expect((await errorOf(push(options))).code).toBe('UPLOAD_INTERRUPTED')
    expect(standIn.spaces.get(name)!.files.has('index.html'), 'nothing half-done is there').toBe(false)
    expect(await publishedSpace(hub, unfinished, name)).toMatchObject({ isUnfinished: true })
    standIn.fault = null
    const before = standIn.requests.length
    const result = await push(options)
    expect(standIn.requests.slice(before).filter(isUpload)).toEqual([])
    expect(result.sentBytes).toBe(0)
    expect(result.reusedBytes).toBe(700_000)
    expect(standIn.spaces.get(name)!.files.get('runtime.wasm')!.equals(runtime)).toBe(true)
    expect(await publishedSpace(hub, unfinished, name)).toMatchObject({ isUnfinished: false })
  })

  test('an unfinished Space that somebody touched since is somebody’s', async () => {
    const { standIn, options } = await start()
    standIn.fault = { at: 'commit', kind: 'drop', afterBytes: 0 }
    await errorOf(push(options))
    standIn.fault = null
    standIn.commitTo(name)
    expect((await errorOf(push(options))).code).toBe('SPACE_EXISTS')
  })

  test('a connection that is cut in a file is tried again', async () => {
    const { standIn, options } = await start()
    standIn.fault = { at: 'storage', kind: 'drop', afterBytes: 10_000, times: 2 }
    await push(options)
    expect(standIn.spaces.get(name)!.files.get('model/weights.bin')!.equals(weights)).toBe(true)
  })

  test('a connection that is cut always ends it, and what arrived stays', async () => {
    const { standIn, options } = await start()
    standIn.fault = { at: 'storage', kind: 'drop', afterBytes: 10_000 }
    expect(await errorOf(push(options))).toMatchObject({
      code: 'HUB_UNREACHABLE',
      suggestion: expect.stringContaining('what was sent is kept'),
    })
    expect(standIn.spaces.get(name)!.commits).toHaveLength(1)
  })

  test('a hub that falls silent in the middle is given up', async () => {
    const { standIn, options } = await start()
    standIn.fault = { at: 'commit', kind: 'stall' }
    const error = await errorOf(push({ ...options, hub: new SpaceHub({ ...standIn.settings(), silentMs: 300 }) }))
    expect(error).toMatchObject({ code: 'UPLOAD_INTERRUPTED', cause: expect.stringContaining('nothing moved') })
  })

  test('is cancelled, leaves the Space as it was, and goes on later', async () => {
    const { standIn, options } = await start()
    standIn.fault = { at: 'storage', kind: 'stall' }
    const abort = new AbortController()
    const work = push(options, () => undefined, abort.signal)
    await expect.poll(() => standIn.requests.filter(isUpload).length).toBeGreaterThan(0)
    abort.abort()
    expect((await errorOf(work)).code).toBe('CANCELLED')
    expect(standIn.spaces.get(name)!.commits).toHaveLength(1)
    standIn.fault = null
    await push(options)
    expect(standIn.spaces.get(name)!.files.get('runtime.wasm')!.equals(runtime)).toBe(true)
  })

  test('a folder that changed since it was written, or is none, is not sent', async () => {
    const { standIn, directory, options, place } = await start()
    await writeFile(join(directory, 'model', 'weights.bin'), weights.subarray(1))
    expect(await errorOf(push(options))).toMatchObject({ code: 'SPACE_INVALID', cause: expect.stringContaining('model/weights.bin') })
    await rm(join(directory, 'model', 'weights.bin'))
    expect((await errorOf(push(options))).code).toBe('SPACE_INVALID')
    await mkdir(join(place, 'other'))
    expect((await errorOf(push({ ...options, directory: join(place, 'other') }))).code).toBe('SPACE_NOT_FOUND')
    expect(standIn.spaces.size).toBe(0)
  })
})

test('a file that changes while the folder is sent ends the push, and nothing is committed', async () => {
  const { standIn, directory, options } = await start()
  standIn.onDoor = (door) => {
    if (door === 'create') writeFileSync(join(directory, 'model', 'weights.bin'), randomBytes(400_000))
  }
  expect(await errorOf(push(options))).toMatchObject({ code: 'SPACE_INVALID', cause: expect.stringContaining('while it was sent') })
  expect(standIn.spaces.get(name)!.commits).toHaveLength(1)
})

describe('overwriting', () => {
  const theirs = { 'README.md': 'theirs', 'app.py': 'print("theirs")' }

  test('what is there stays, and is described, unless its revision is confirmed', async () => {
    const { standIn, options } = await start()
    const revision = standIn.addSpace(name, theirs)
    const error = await errorOf(push(options))
    expect(error).toMatchObject({ code: 'SPACE_EXISTS', cause: expect.stringContaining('2 files') })
    const there = await publishedSpace(options.hub, options.unfinished, name)
    expect(there).toMatchObject({ revision, sdk: 'static', fileCount: 2, lastModified: '2026-11-24T12:00:00.000Z', isUnfinished: false })
    expect(standIn.spaces.get(name)!.files.get('app.py')!.toString()).toBe(theirs['app.py'])
    await push({ ...options, overwriteRevision: revision })
    expect([...standIn.spaces.get(name)!.files.keys()].sort(), 'what is not of the new Space goes').toEqual(allFiles)
  })

  test('a Space that changed after it was seen stays: before the upload, and during it', async () => {
    const { standIn, options } = await start()
    const seen = standIn.addSpace(name, theirs)
    const now = standIn.commitTo(name)
    expect((await errorOf(push({ ...options, overwriteRevision: seen }))).code).toBe('SPACE_CHANGED')
    standIn.beforeCommit = () => void standIn.commitTo(name)
    expect((await errorOf(push({ ...options, overwriteRevision: now }))).code).toBe('SPACE_CHANGED')
    expect(standIn.spaces.get(name)!.files.get('app.py')!.toString()).toBe(theirs['app.py'])
  })

  test('somebody else’s Space is not offered to be overwritten', async () => {
    const { standIn, options } = await start()
    standIn.addSpace('someone/news', theirs)
    expect(await errorOf(push({ ...options, name: 'someone/news' }))).toMatchObject({
      code: 'HUB_WRITE_DENIED',
      title: expect.stringContaining('somebody else’s'),
      cause: expect.stringContaining('ada, analytical'),
    })
  })

  test('a confirmation of what is no longer there makes nothing', async () => {
    const { standIn, options } = await start()
    expect((await errorOf(push({ ...options, overwriteRevision: 'a'.repeat(40) }))).code).toBe('SPACE_CHANGED')
    expect(standIn.spaces.size).toBe(0)
  })

  test('a name that somebody takes in the same moment is not overwritten', async () => {
    const { standIn, options } = await start()
    standIn.fault = { at: 'create', kind: 'status', status: 409 }
    expect((await errorOf(push(options))).code).toBe('SPACE_EXISTS')
  })
})

describe('what the hub refuses', () => {
  const refused: [string, SpaceHubFault, string][] = [
    ['an unknown token', { at: 'whoami', kind: 'status', status: 401 }, 'HUB_TOKEN_REFUSED'],
    ['a token that is revoked meanwhile', { at: 'preupload', kind: 'status', status: 401 }, 'HUB_TOKEN_REFUSED'],
    ['creating', { at: 'create', kind: 'status', status: 403, body: { error: 'You lack the rights' } }, 'HUB_WRITE_DENIED'],
    ['writing', { at: 'commit', kind: 'status', status: 403, body: { error: 'Forbidden' } }, 'HUB_WRITE_DENIED'],
    [
      'more storage',
      { at: 'batch', kind: 'status', status: 403, body: { error: 'Private repository storage limit reached' } },
      'HUB_QUOTA',
    ],
    ['more without payment', { at: 'create', kind: 'status', status: 402 }, 'HUB_QUOTA'],
    [
      'what stands in the README',
      { at: 'commit', kind: 'status', status: 400, body: { error: '"license" must be one of …' } },
      'ARGUMENT_INVALID',
    ],
    ['a file, its storage being full', { at: 'storage', kind: 'status', status: 507 }, 'HUB_QUOTA'],
    ['a commit, being full', { at: 'commit', kind: 'status', status: 507 }, 'HUB_QUOTA'],
    ['so large a commit', { at: 'commit', kind: 'status', status: 413 }, 'HUB_TOO_LARGE'],
    ['so many requests', { at: 'preupload', kind: 'status', status: 429, headers: { 'retry-after': '17' } }, 'HUB_RATE_LIMITED'],
    ['anything, being broken, at a commit', { at: 'commit', kind: 'status', status: 500 }, 'UPLOAD_INTERRUPTED'],
    ['anything, being broken', { at: 'whoami', kind: 'status', status: 503 }, 'HUB_UNREACHABLE'],
    ['a file, at its storage', { at: 'storage', kind: 'status', status: 403 }, 'UPLOAD_INTERRUPTED'],
    ...(['whoami', 'info', 'preupload', 'batch', 'commit'] as const).flatMap((at): [string, SpaceHubFault, string][] => [
      [`with nonsense at ${at}`, { at, kind: 'garbage' }, 'HUB_ANSWER_INVALID'],
      [`with something else at ${at}`, { at, kind: 'garbage', body: '[]' }, 'HUB_ANSWER_INVALID'],
    ]),
    ['with a redirect', { at: 'create', kind: 'status', status: 307, headers: { location: 'http://127.0.0.1:1/' } }, 'HUB_ANSWER_INVALID'],
  ]
  test.each(refused)('%s', async (_title, fault, code) => {
    const { standIn, options } = await start()
    standIn.fault = fault
    const error = await errorOf(push(options))
    expect(error.code).toBe(code)
    expect(JSON.stringify(error)).not.toContain(standIn.token)
    expect(JSON.stringify(error)).not.toContain('signature')
    expect(standIn.spaces.get(name)?.files.has('index.html') ?? false).toBe(false)
    if (code === 'HUB_RATE_LIMITED') expect(error.suggestion).toContain('in 17 s')
  })

  test('no token, a token that is none, somebody else’s name, a token that only reads, a machine without a network', async () => {
    const { standIn, options } = await start()
    const withHub = (settings: Partial<ReturnType<typeof standIn.settings>>): PushOptions => ({
      ...options,
      hub: new SpaceHub({ ...standIn.settings(), ...settings }),
    })
    expect((await errorOf(push(withHub({ token: null })))).code).toBe('HUB_TOKEN_MISSING')
    const odd = await errorOf(push(withHub({ token: 'my password' })))
    expect(odd.code).toBe('HUB_TOKEN_REFUSED')
    expect(JSON.stringify(odd)).not.toContain('my password')
    for (const token of ['hf_two\nlines', 'hf_ two words', 'hf_\u00fc']) {
      const { hub } = withHub({ token })
      for (const work of [push({ ...options, hub }), publishedSpace(hub, options.unfinished, name)]) {
        const error = await errorOf(work)
        expect(error.code).toBe('HUB_TOKEN_REFUSED')
        expect(JSON.stringify(error)).not.toContain(JSON.stringify(token).slice(1, -1))
      }
    }
    expect((await errorOf(push({ ...options, name: 'someone/else' }))).code).toBe('HUB_WRITE_DENIED')
    standIn.role = 'read'
    expect(await options.hub.account()).toMatchObject({ canWrite: false, owners: ['ada', 'analytical'] })
    const asked = standIn.requests.length
    expect(await errorOf(push(options))).toMatchObject({ code: 'HUB_WRITE_DENIED', title: 'The token may only read' })
    expect(
      standIn.requests.slice(asked).map(({ url }) => url),
      'nothing else is tried',
    ).toEqual(['/api/whoami-v2'])
    expect((await errorOf(push(withHub({ endpoint: 'http://127.0.0.1:9' })))).code).toBe('HUB_UNREACHABLE')
    expect(standIn.spaces.size).toBe(0)
  })

  test('words of the hub that hold the token come out without it', async () => {
    const { standIn, options } = await start()
    standIn.fault = { at: 'create', kind: 'status', status: 403, body: { error: `no rights for ${standIn.token} \u202e` } }
    const { cause } = await errorOf(push(options))
    expect(cause).toContain('no rights for …')
    expect(cause).toContain('\\u202e')
  })

  test('the settings are those of the other programs of the hub', () => {
    expect(new SpaceHub(hubSettings({ HF_ENDPOINT: 'http://127.0.0.1:1/', HF_TOKEN: ' hf_x ' })).settings).toMatchObject({
      endpoint: 'http://127.0.0.1:1',
      token: 'hf_x',
    })
  })
})
