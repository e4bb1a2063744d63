/** deploy.* over both transports: write, list, push to a hub on loopback, check; hidden names and wrong ones; work that outlives whoever asked for it. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished, test } from 'vitest'
import { createLab } from '../../electron/lab/index.ts'
import { writeRecord } from '../../electron/supervisor/run-directory.ts'
import type { PushResult, SpaceFolder, SpaceKind, SpaceWork } from '../../shared/domain/space.ts'
import { fakeRun } from '../helpers/fake-run.ts'
import { labErrorOf, reachLab, transports, type Client } from '../helpers/contract-clients.ts'
import { writeTestModel } from '../helpers/model-folders.ts'
import { startModelServer } from '../helpers/model-server.ts'
import { startSpaceHub, type SpaceHubStandIn } from '../helpers/space-hub-stand-in.ts'
import { startStaticSite } from '../helpers/static-site.ts'

const runId = '20261124-031500-tiny-ab12'
const name = 'ada/news'

/** A hub that the labs of this test find in their environment. */
async function startHub(): Promise<SpaceHubStandIn> {
  const standIn = await startSpaceHub()
  const before = { ...process.env }
  Object.assign(process.env, { HF_ENDPOINT: standIn.endpoint, HF_TOKEN: standIn.token })
  onTestFinished(() => void Object.assign(process.env, { HF_ENDPOINT: before['HF_ENDPOINT'] ?? '', HF_TOKEN: before['HF_TOKEN'] ?? '' }))
  return standIn
}

async function addRun(dataDirectory: string): Promise<string> {
  const runDirectory = join(dataDirectory, 'runs', runId)
  await mkdir(runDirectory, { recursive: true })
  await writeRecord(runDirectory, fakeRun({ completedSteps: 3, record: { id: runId } }).record)
  await writeTestModel(join(runDirectory, 'model'))
  return join(runDirectory, 'model')
}

/** What a page that comes now is told, until `isEnough`. */
async function watchUntil(client: Client, isEnough: (work: SpaceWork) => boolean): Promise<SpaceWork> {
  const abort = new AbortController()
  try {
    for await (const work of await client.deploy.watch(undefined, { signal: abort.signal })) if (isEnough(work)) return work
  } finally {
    abort.abort()
  }
  throw new Error('it ended before that')
}

const begin = (client: Client, kind: SpaceKind, folderName: string): Promise<{ id: string }> =>
  client.deploy.write({ modelId: runId, checkpoint: null, kind, folderName, title: 'News' })

async function write(client: Client, kind: SpaceKind, folderName: string): Promise<SpaceFolder> {
  const { id } = await begin(client, kind, folderName)
  const { writing } = await watchUntil(client, (work) => work.writing?.id === id && work.writing.state !== 'running')
  expect(writing).toMatchObject({ state: 'done', kind, folderName, error: null })
  return writing!.folder!
}

async function pushed(client: Client, id: string): Promise<NonNullable<SpaceWork['pushing']>> {
  return (await watchUntil(client, ({ pushing }) => pushing?.id === id && pushing.state !== 'running')).pushing!
}

it.each(transports)('over %s', { timeout: 120_000 }, async (transport) => {
  const standIn = await startHub()
  const { client, close } = await reachLab(transport)
  onTestFinished(() => close())
  const { dataDirectory } = await client.hardware.describe()
  const modelDirectory = await addRun(dataDirectory)

  expect(await client.deploy.folders()).toEqual([])
  expect(await watchUntil(client, () => true)).toEqual({ writing: null, pushing: null })
  for (const folderName of ['..', '../out', '/tmp/out', 'a\\b'])
    expect((await labErrorOf(begin(client, 'docker', folderName))).code, folderName).toBe('ARGUMENT_INVALID')
  const docker = await write(client, 'docker', 'docker')
  const page = await write(client, 'static', 'page')
  expect(docker).toMatchObject({
    folderName: 'docker',
    path: join(dataDirectory, 'spaces', 'docker'),
    facts: { kind: 'docker', model: { checkpoint: 'step-000010' } },
  })
  expect((await client.deploy.folders()).map(({ folderName }) => folderName)).toEqual(['page', 'docker'])

  // Cancelled in the middle: nothing is left of it. Meanwhile nobody else may begin.
  const { id } = await begin(client, 'static', 'given-up')
  expect((await labErrorOf(begin(client, 'docker', 'docker'))).code).toBe('TOO_BUSY')
  expect((await labErrorOf(client.deploy.push({ folderName: 'page', name, isPrivate: true, overwriteRevision: null }))).code).toBe(
    'TOO_BUSY',
  )
  await client.deploy.cancel({ id })
  expect(await watchUntil(client, () => true)).toMatchObject({ writing: { id, state: 'cancelled', folder: null } })
  expect((await readdir(join(dataDirectory, 'spaces'))).sort()).toEqual(['docker', 'page'])

  expect(await client.deploy.account()).toEqual({ endpoint: standIn.endpoint, name: 'ada', owners: ['ada', 'analytical'], canWrite: true })
  expect(await client.deploy.published({ name })).toBeNull()
  const beginPush = (overwriteRevision: string | null, folderName = 'page'): Promise<{ id: string }> =>
    client.deploy.push({ folderName, name, isPrivate: true, overwriteRevision })
  const push = async (overwriteRevision: string | null): Promise<PushResult> => {
    const work = await pushed(client, (await beginPush(overwriteRevision)).id)
    expect(work).toMatchObject({ state: 'done', name, folder: { folderName: 'page' } })
    return work.result!
  }
  expect((await labErrorOf(beginPush(null, 'nothing'))).code).toBe('SPACE_NOT_FOUND')
  const { revision } = await push(null)
  expect(standIn.spaces.get(name)!.files.size).toBe(page.facts.files.length + 2)
  expect(await pushed(client, (await beginPush(null)).id)).toMatchObject({ state: 'failed', error: { code: 'SPACE_EXISTS' } })
  const there = (await client.deploy.published({ name }))!
  expect(there).toMatchObject({ revision, isPrivate: true, isUnfinished: false })
  expect(await push(there.revision)).toMatchObject({ sentBytes: 0 })

  const site = await startStaticSite(page.path)
  expect(await client.deploy.check({ url: site.url, model: null, folderName: 'page' })).toMatchObject({ kind: 'static', isSame: true })
  const server = await startModelServer({ modelDirectory: join(docker.path, 'model') })
  await server.predictor.ready
  const check = (folderName: string | null) =>
    client.deploy.check({ url: server.url, model: { modelId: runId, checkpoint: null }, folderName })
  const equal = { labelsEqual: true, checkpoint: 'step-000010' }
  expect(await check(null)).toMatchObject({ kind: 'api', comparison: { with: 'model', ...equal }, health: { status: 'ok' } })
  // The run goes on: what was deployed is still what its folder holds, and no longer what the run has.
  await writeTestModel(modelDirectory, { seed: 7, step: 20 })
  expect(await check('docker')).toMatchObject({ comparison: { with: 'folder', title: 'docker', ...equal } })
  expect(await check(null)).toMatchObject({ comparison: { with: 'model', checkpoint: 'step-000020', labelsEqual: false } })
  await writeFile(join(docker.path, 'model', 'lab.json'), '{}')
  expect((await labErrorOf(check('docker'))).code).toBe('SPACE_INVALID')
  expect((await labErrorOf(client.deploy.check({ url: 'http://example.org', model: null, folderName: null }))).code).toBe(
    'ARGUMENT_INVALID',
  )
  expect((await labErrorOf(client.deploy.check({ url: site.url, model: null, folderName: 'nothing' }))).code).toBe('SPACE_NOT_FOUND')
})

test('a push outlives the page that asked for it, and whoever comes next can watch and cancel it', { timeout: 60_000 }, async () => {
  const standIn = await startHub()
  const { client, close, labDirectory } = await reachLab('message port')
  onTestFinished(() => close())
  await addRun(labDirectory)
  await write(client, 'docker', 'docker')
  standIn.fault = { at: 'storage', kind: 'stall', largerThan: 1_000_000 }
  const { id } = await client.deploy.push({ folderName: 'docker', name, isPrivate: true, overwriteRevision: null })
  // Each of these is a page that looks and goes away.
  const { pushing } = await watchUntil(client, (work) => (work.pushing?.progress.totalBytes ?? 0) > 0)
  expect(pushing).toMatchObject({ id, state: 'running', name, folder: { folderName: 'docker' } })
  expect(await watchUntil(client, () => true)).toMatchObject({ pushing: { id, state: 'running' } })
  await client.deploy.cancel({ id: 'another' })
  expect(await watchUntil(client, () => true)).toMatchObject({ pushing: { id, state: 'running' } })
  await client.deploy.cancel({ id })
  expect(await watchUntil(client, () => true)).toMatchObject({ pushing: { id, state: 'cancelled', error: null, result: null } })
  standIn.fault = null
  const again = await client.deploy.push({ folderName: 'docker', name, isPrivate: true, overwriteRevision: null })
  expect(await pushed(client, again.id)).toMatchObject({ state: 'done' })
})

test('a lab that is ended ends its work; one that was killed leaves nothing that the next does not clear away', async () => {
  const standIn = await startHub()
  const { client, lab, labDirectory } = await reachLab('message port')
  await addRun(labDirectory)
  const spaces = join(labDirectory, 'spaces')
  await write(client, 'docker', 'docker')
  standIn.fault = { at: 'storage', kind: 'stall', largerThan: 1_000_000 }
  await client.deploy.push({ folderName: 'docker', name, isPrivate: true, overwriteRevision: null })
  await watchUntil(client, (work) => (work.pushing?.progress.totalBytes ?? 0) > 0)
  await lab.close()
  expect(standIn.spaces.get(name)!.commits, 'as it was made').toHaveLength(1)

  // The id of no process, as one that was killed has left it.
  await mkdir(join(spaces, '.tmp-docker-4194305-0123abcd', 'model'), { recursive: true })
  await mkdir(join(spaces, `.tmp-docker-${process.pid}-0123abcd`))
  const next = await createLab({ labDirectory })
  onTestFinished(() => next.close())
  expect((await readdir(spaces)).sort()).toEqual([`.tmp-docker-${process.pid}-0123abcd`, 'docker'])
})

test('a folder that is not ours is left alone, and that is told', async () => {
  const { client, close, labDirectory } = await reachLab('message port')
  onTestFinished(() => close())
  await addRun(labDirectory)
  await mkdir(join(labDirectory, 'spaces'), { recursive: true })
  await writeFile(join(labDirectory, 'spaces', 'docker'), 'somebody’s')
  const { id } = await begin(client, 'docker', 'docker')
  const { writing } = await watchUntil(client, (work) => work.writing?.id === id && work.writing.state !== 'running')
  expect(writing).toMatchObject({ state: 'failed', error: { code: 'OUTPUT_NOT_WRITABLE' } })
  expect(await readFile(join(labDirectory, 'spaces', 'docker'), 'utf8')).toBe('somebody’s')
})
