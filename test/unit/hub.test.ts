/** The hub's files, from a hub on loopback that also misbehaves: real sockets, real files. */
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { nodeFileSystem } from '../../electron/checkpoint/file-system.ts'
import { Hub, hubSettings, type DownloadProgress } from '../../electron/hub/hub.ts'
import { LabError } from '../../shared/contract/errors.ts'
import { errorOf } from '../helpers/error-of.ts'
import { bundleForNode } from '../helpers/bundle.ts'
import { startHub, type HubStandIn } from '../helpers/hub-stand-in.ts'
import { closedPort } from '../helpers/loopback.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const repo = { kind: 'model', id: 'org/name', revision: 'main' } as const
const weights = randomBytes(600_000)
const files = { 'config.json': '{"dim": 64}', 'onnx/model.onnx': weights }

async function start(): Promise<{ standIn: HubStandIn; cache: string; hub: Hub; commit: string }> {
  const standIn = await startHub()
  const commit = standIn.addRepo('model', repo.id, files, { license: 'mit' })
  const cache = join(await temporaryDirectory(), 'hub')
  return { standIn, cache, hub: new Hub(standIn.settings(cache)), commit }
}

const incompleteFiles = async (cache: string): Promise<string[]> =>
  (await readdir(cache, { recursive: true })).filter((name) => name.endsWith('.incomplete'))

describe('fetching', () => {
  test('gives the files at one commit, in the layout of huggingface_hub, and asks nobody the second time', async () => {
    const { standIn, cache, hub, commit } = await start()
    const progress: DownloadProgress[] = []
    const snapshot = await hub.fetch(repo, Object.keys(files), { onProgress: (now) => progress.push(now) })
    expect(snapshot.commit).toBe(commit)
    expect(await readFile(snapshot.files[0]!, 'utf8')).toBe(files['config.json'])
    expect((await readFile(join(snapshot.directory, 'onnx/model.onnx'))).equals(weights)).toBe(true)
    expect(await readFile(join(cache, 'models--org--name/refs/main'), 'utf8')).toBe(commit)
    const link = await readlink(snapshot.files[1]!)
    expect(link).toMatch(/^\.\.\/\.\.\/\.\.\/blobs\/[0-9a-f]{64}$/)
    expect(progress.at(-1)).toMatchObject({ receivedBytes: 600_011, totalBytes: 600_011 })

    const asked = standIn.requests.length
    expect(await hub.cached(repo, 'config.json')).toBe(snapshot.files[0])
    await hub.fetch({ ...repo, revision: commit }, Object.keys(files))
    expect(standIn.requests.length).toBe(asked)
  })

  test('lists commit, license, sizes and checksums', async () => {
    const { hub, commit } = await start()
    const listing = await hub.list(repo)
    expect(listing).toMatchObject({ commit, license: 'mit' })
    expect(listing.files).toEqual([
      { path: 'config.json', sizeBytes: 11, sha256: null },
      { path: 'onnx/model.onnx', sizeBytes: 600_000, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    ])
  })

  test('goes on after a dropped connection with the bytes that are missing', async () => {
    const { standIn, hub } = await start()
    standIn.fault = { kind: 'drop', afterBytes: 250_000, times: 1 }
    const { files: got } = await hub.fetch(repo, ['onnx/model.onnx'])
    expect((await readFile(got[0]!)).equals(weights)).toBe(true)
    const ranges = standIn.requests.filter(({ host }) => host === 'storage').map(({ range }) => range)
    expect(ranges[0]).toBeUndefined()
    expect(ranges[1]).toMatch(/^bytes=[1-9]\d*-$/)
  })

  test('starts from zero where the server ignores the range', async () => {
    const { standIn, cache, hub } = await start()
    await leavePart(standIn, hub, cache)
    standIn.fault = { kind: 'ignore range' }
    const { files: got } = await hub.fetch(repo, ['onnx/model.onnx'])
    expect((await readFile(got[0]!)).equals(weights)).toBe(true)
  })

  test('does not take up a part that belongs to another version of the file', async () => {
    const { standIn, cache, hub } = await start()
    await leavePart(standIn, hub, cache)
    const other = randomBytes(500_000)
    standIn.addRepo('model', repo.id, { 'onnx/model.onnx': other })
    const { files: got } = await hub.fetch(repo, ['onnx/model.onnx'])
    expect((await readFile(got[0]!)).equals(other)).toBe(true)
    expect(standIn.requests.at(-1)?.range).toBeUndefined()
  })

  test('overwrites a part that is longer than the file', async () => {
    const { cache, hub, standIn } = await start()
    const blob = await leavePart(standIn, hub, cache)
    await writeFile(blob, randomBytes(700_000))
    const { files: got } = await hub.fetch(repo, ['onnx/model.onnx'])
    expect((await readFile(got[0]!)).equals(weights)).toBe(true)
  })

  test('says that a file arrived damaged, and keeps nothing of it', async () => {
    const { standIn, cache, hub } = await start()
    for (const path of ['config.json', 'onnx/model.onnx']) {
      standIn.fault = { kind: 'wrong bytes', times: 1 }
      const error = await errorOf(hub.fetch(repo, [path]))
      expect(error).toMatchObject({ code: 'DOWNLOAD_CORRUPT', cause: expect.stringContaining('removed') as string })
      expect(await hub.cached(repo, path)).toBeNull()
    }
    expect(await incompleteFiles(cache)).toEqual([])
    await hub.fetch(repo, Object.keys(files))
  })

  test('refuses a server that sends more than the file has', async () => {
    const { standIn, hub } = await start()
    standIn.fault = { kind: 'too many bytes' }
    expect((await errorOf(hub.fetch(repo, ['onnx/model.onnx']))).code).toBe('HUB_ANSWER_INVALID')
  })

  test('shares one download among those who want the same file; it ends when the last gives up', async () => {
    const { standIn, hub, cache } = await start()
    standIn.fault = { kind: 'slow', bytesPerSec: 2_000_000 }
    const impatient = new AbortController()
    const first = hub.fetch(repo, ['onnx/model.onnx'], { signal: impatient.signal, onProgress: () => impatient.abort() })
    const second = hub.fetch(repo, ['onnx/model.onnx'])
    await expect(first).rejects.toThrow('aborted')
    expect((await readFile((await second).files[0]!)).equals(weights)).toBe(true)
    expect(standIn.requests.filter(({ host, method }) => host === 'storage' && method === 'GET')).toHaveLength(1)
    expect(await incompleteFiles(cache)).toEqual([])
  })

  test('two programs may fetch the same file at once', async () => {
    const { standIn, cache, hub } = await start()
    const other = new Hub(standIn.settings(cache))
    standIn.fault = { kind: 'slow', bytesPerSec: 3_000_000 }
    const both = await Promise.all([hub, other].map((one) => one.fetch(repo, ['onnx/model.onnx'])))
    for (const { files: got } of both) expect((await readFile(got[0]!)).equals(weights)).toBe(true)
    expect(await incompleteFiles(cache)).toEqual([])
  })

  test('is refused before the first byte where the disk is too full, and says what to do', async () => {
    const { standIn, cache } = await start()
    const hub = new Hub(standIn.settings(cache), { ...nodeFileSystem, freeBytes: () => Promise.resolve(1000) })
    const error = await errorOf(hub.fetch(repo, ['onnx/model.onnx']))
    expect(error).toMatchObject({ code: 'DISK_FULL', suggestion: expect.stringContaining('goes on where it stopped') as string })
    expect(await incompleteFiles(cache)).toEqual([])
  })

  test('keeps what is there when it is cancelled, and goes on from it', async () => {
    const { standIn, cache, hub } = await start()
    const blob = await leavePart(standIn, hub, cache)
    const kept = (await stat(blob)).size
    expect(kept).toBeGreaterThan(0)
    standIn.fault = null
    const progress: DownloadProgress[] = []
    await hub.fetch(repo, ['onnx/model.onnx'], { onProgress: (now) => progress.push(now) })
    expect(progress[0]!.receivedBytes).toBeGreaterThanOrEqual(kept)
    expect(standIn.requests.at(-1)!.range).toBe(`bytes=${kept}-`)
  })

  test('goes on from what a killed program left', async () => {
    const { standIn, cache, hub } = await start()
    standIn.fault = { kind: 'stall', afterBytes: 200_000, times: 1 }
    const bundle = await bundleForNode('test/helpers/hub-child.ts', await temporaryDirectory())
    const child = spawn(process.execPath, [bundle, repo.id, 'onnx/model.onnx'], {
      env: { ...process.env, HF_ENDPOINT: standIn.endpoint, HF_HUB_CACHE: cache },
      stdio: 'ignore',
    })
    const exit = new Promise((resolve) => child.once('close', (_, signal) => resolve(signal)))
    const part = await blobPath(hub, cache)
    while (!existsSync(part) || (await stat(part)).size < 200_000) await sleep(5)
    child.kill('SIGKILL')
    expect(await exit).toBe('SIGKILL')
    const { files: got } = await hub.fetch(repo, ['onnx/model.onnx'])
    expect((await readFile(got[0]!)).equals(weights)).toBe(true)
    expect(standIn.requests.at(-1)!.range).toBe('bytes=200000-')
  })
})

describe('refusals', () => {
  test('no network: HUB_UNREACHABLE at once, and what was fetched before is given all the same', async () => {
    const { standIn, hub, cache } = await start()
    const before = await hub.fetch(repo, ['config.json'])
    const offline = new Hub({ ...standIn.settings(cache), endpoint: `http://127.0.0.1:${await closedPort()}`, firstRetryMs: 60_000 })
    expect(await offline.fetch(repo, ['config.json'])).toEqual(before)
    expect((await errorOf(offline.fetch(repo, ['onnx/model.onnx']))).code).toBe('HUB_UNREACHABLE')
    expect((await errorOf(offline.list(repo))).code).toBe('HUB_UNREACHABLE')
  })

  test('a hub that stays broken is given up, after trying again', async () => {
    const { standIn, hub } = await start()
    standIn.fault = { kind: 'status', status: 503 }
    expect((await errorOf(hub.fetch(repo, ['onnx/model.onnx']))).code).toBe('HUB_UNREACHABLE')
    expect(standIn.requests.filter(({ host }) => host === 'storage').length).toBeGreaterThan(3)
  })

  test('a gated repository: says to accept its terms and to set HF_TOKEN', async () => {
    const { standIn, hub } = await start()
    standIn.addRepo('model', 'org/gated', files, { token: 'hf_right', gated: true })
    const error = await errorOf(hub.fetch({ ...repo, id: 'org/gated' }, ['config.json']))
    expect(error.code).toBe('HUB_ACCESS_DENIED')
    expect(error.suggestion).toContain('HF_TOKEN')
    expect(error.suggestion).toContain(`${standIn.endpoint}/org/gated`)
  })

  test.each([
    ['a file that is not there', { ...repo }, 'none.bin', 'HUB_NOT_FOUND'],
    ['a revision that is not there', { ...repo, revision: 'v9' }, 'config.json', 'HUB_NOT_FOUND'],
    ['a repository that is not there', { ...repo, id: 'org/none' }, 'config.json', 'HUB_ACCESS_DENIED'],
    ['a path that leads out', { ...repo }, '../../../../evil', 'ARGUMENT_INVALID'],
    ['a path that winds', { ...repo }, 'a/../config.json', 'ARGUMENT_INVALID'],
    ['an id that leads out', { ...repo, id: '../evil' }, 'config.json', 'ARGUMENT_INVALID'],
    ['an id with the separator of the cache', { ...repo, id: 'a--b/c' }, 'config.json', 'ARGUMENT_INVALID'],
    ['a revision that leads out', { ...repo, revision: '../../evil' }, 'config.json', 'ARGUMENT_INVALID'],
  ] as const)('%s', async (_, at, path, code) => {
    const { hub, cache } = await start()
    const error = await errorOf(hub.fetch(at, [path]))
    expect(error.code).toBe(code)
    expect(existsSync(join(dirname(cache), 'evil'))).toBe(false)
  })

  test('an endpoint that is no address', () => {
    expect(() => hubSettings({ HF_ENDPOINT: 'ftp://files' })).toThrow('HF_ENDPOINT')
    expect(hubSettings({ HF_ENDPOINT: 'https://mirror.example/hf/', HF_HOME: '/data' })).toMatchObject({
      endpoint: 'https://mirror.example/hf',
      cacheDirectory: join('/data', 'hub'),
      token: null,
    })
  })
})

test('the token goes to the endpoint and not to where it redirects, and stands in no error', async () => {
  const { standIn, cache } = await start()
  standIn.addRepo('model', 'org/private', files, { token: 'hf_secret' })
  const hub = new Hub(standIn.settings(cache, 'hf_secret'))
  await hub.fetch({ ...repo, id: 'org/private' }, ['onnx/model.onnx'])
  const authorizations = (host: string) => new Set(standIn.requests.filter((one) => one.host === host).map((one) => one.authorization))
  expect(authorizations('hub')).toEqual(new Set(['Bearer hf_secret']))
  expect(authorizations('storage')).toEqual(new Set([undefined]))

  const wrong = new Hub(standIn.settings(cache, 'hf_wrong'))
  const error = await wrong.fetch({ ...repo, id: 'org/private' }, ['config.json']).catch((thrown: unknown) => thrown as LabError)
  expect(error).toBeInstanceOf(LabError)
  expect(JSON.stringify(error) + String((error as LabError).stack)).not.toContain('hf_wrong')
})

const python = pythonWithHub()
test('huggingface_hub of Python finds what was fetched, and the lab what it fetched', async (ctx) => {
  ctx.skip(python === null, 'python3 has no huggingface_hub')
  const { standIn, hub, cache, commit } = await start()
  const { files: got } = await hub.fetch(repo, ['onnx/model.onnx'])
  const found = runPython(
    `from huggingface_hub import hf_hub_download, try_to_load_from_cache as t
print(t("org/name", "onnx/model.onnx", cache_dir=r"${cache}"))
print(hf_hub_download("org/name", "onnx/model.onnx", cache_dir=r"${cache}", local_files_only=True))`,
    standIn,
  ).split('\n')
  expect(found.slice(0, 2)).toEqual([got[0], got[0]])

  await rm(cache, { recursive: true })
  await mkdir(cache, { recursive: true })
  const blob = 'a'.repeat(40)
  const home = join(cache, 'models--org--name')
  runPython(
    `import os
from pathlib import Path
from huggingface_hub.file_download import _create_symlink
home = Path(r"${home}")
for d in ("blobs", "refs", "snapshots/${commit}"): (home / d).mkdir(parents=True)
(home / "blobs/${blob}").write_text("theirs")
(home / "refs/main").write_text("${commit}")
_create_symlink(str(home / "blobs/${blob}"), str(home / "snapshots/${commit}/config.json"), new_blob=True)`,
    standIn,
  )
  expect(await readFile((await hub.cached(repo, 'config.json'))!, 'utf8')).toBe('theirs')
})

function pythonWithHub(): string | null {
  try {
    execFileSync('python3', ['-c', 'import huggingface_hub'], { stdio: 'ignore' })
    return 'python3'
  } catch {
    return null
  }
}

const runPython = (code: string, standIn: HubStandIn): string =>
  execFileSync(python!, ['-c', code], { encoding: 'utf8', env: { ...process.env, HF_ENDPOINT: standIn.endpoint } })

/** Where the part of the large file lies, its directory made. */
async function blobPath(hub: Hub, cache: string): Promise<string> {
  const { sha256 } = (await hub.list(repo)).files[1]!
  const blobs = join(cache, 'models--org--name/blobs')
  await mkdir(blobs, { recursive: true })
  return join(blobs, `${sha256}.incomplete`)
}

/** Cancels a download of the large file in the middle; returns where its part lies. */
async function leavePart(standIn: HubStandIn, hub: Hub, cache: string): Promise<string> {
  standIn.fault = { kind: 'stall', afterBytes: 250_000, times: 1 }
  const cancel = new AbortController()
  const waiting = hub.fetch(repo, ['onnx/model.onnx'], { signal: cancel.signal })
  const path = await blobPath(hub, cache)
  while (!existsSync(path) || (await stat(path)).size === 0) await sleep(5)
  cancel.abort()
  await expect(waiting).rejects.toThrow('aborted')
  expect(await incompleteFiles(cache)).toEqual([join('models--org--name/blobs', basename(path))])
  return path
}
