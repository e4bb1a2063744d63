/** deploy.* over both transports: write, list, push to a hub on loopback, check; hidden names and wrong ones; cancelled by letting go. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { writeRecord } from '../../electron/supervisor/run-directory.ts'
import { fakeRun } from '../helpers/fake-run.ts'
import { labErrorOf, reachLab, transports } from '../helpers/contract-clients.ts'
import { writeTestModel } from '../helpers/model-folders.ts'
import { startModelServer } from '../helpers/model-server.ts'
import { startSpaceHub } from '../helpers/space-hub-stand-in.ts'
import { startStaticSite } from '../helpers/static-site.ts'
import { mkdir } from 'node:fs/promises'
import type { PushResult, SpaceFolder, SpaceKind } from '../../shared/domain/space.ts'

const runId = '20261124-031500-tiny-ab12'
const name = 'ada/news'

it.each(transports)('over %s', { timeout: 120_000 }, async (transport) => {
  const standIn = await startSpaceHub()
  const before = { ...process.env }
  Object.assign(process.env, { HF_ENDPOINT: standIn.endpoint, HF_TOKEN: standIn.token })
  onTestFinished(() => void Object.assign(process.env, { HF_ENDPOINT: before['HF_ENDPOINT'] ?? '', HF_TOKEN: before['HF_TOKEN'] ?? '' }))
  const { client, close } = await reachLab(transport)
  onTestFinished(() => close())
  const { dataDirectory } = await client.hardware.describe()
  const runDirectory = join(dataDirectory, 'runs', runId)
  await mkdir(runDirectory, { recursive: true })
  await writeRecord(runDirectory, fakeRun({ completedSteps: 3, record: { id: runId } }).record)
  await writeTestModel(join(runDirectory, 'model'))

  expect(await client.deploy.folders()).toEqual([])
  const write = async (kind: SpaceKind, folderName: string): Promise<SpaceFolder> => {
    for await (const event of await client.deploy.write({ modelId: runId, checkpoint: null, kind, folderName, title: 'News' }))
      if (event.type === 'done') return event.folder
    throw new Error('it ended without a folder')
  }
  for (const folderName of ['..', '../out', '/tmp/out', 'a\\b'])
    expect((await labErrorOf(write('docker', folderName))).code, folderName).toBe('ARGUMENT_INVALID')
  const docker = await write('docker', 'docker')
  const page = await write('static', 'page')
  expect(docker).toMatchObject({
    folderName: 'docker',
    path: join(dataDirectory, 'spaces', 'docker'),
    facts: { kind: 'docker', model: { checkpoint: 'step-000010' } },
  })
  expect((await client.deploy.folders()).map(({ folderName }) => folderName)).toEqual(['page', 'docker'])

  // Let go in the middle: nothing is left of it.
  const abort = new AbortController()
  const stream = await client.deploy.write(
    { modelId: runId, checkpoint: null, kind: 'static', folderName: 'given-up', title: 'x' },
    { signal: abort.signal },
  )
  await stream[Symbol.asyncIterator]().next()
  abort.abort()
  await expect.poll(() => readdir(join(dataDirectory, 'spaces')), { timeout: 20_000 }).toEqual(['docker', 'page'])

  expect(await client.deploy.account()).toEqual({ endpoint: standIn.endpoint, name: 'ada', owners: ['ada', 'analytical'], canWrite: true })
  expect(await client.deploy.published({ name })).toBeNull()
  const push = async (overwriteRevision: string | null, folderName = 'page'): Promise<PushResult> => {
    for await (const event of await client.deploy.push({ folderName, name, isPrivate: true, overwriteRevision }))
      if (event.type === 'done') return event.result
    throw new Error('it ended without a result')
  }
  expect((await labErrorOf(push(null, 'nothing'))).code).toBe('SPACE_NOT_FOUND')
  const pushed = await push(null)
  expect(standIn.spaces.get(name)!.files.size).toBe(page.facts.files.length + 2)
  expect((await labErrorOf(push(null))).code).toBe('SPACE_EXISTS')
  const there = (await client.deploy.published({ name }))!
  expect(there).toMatchObject({ revision: pushed.revision, isPrivate: true, isUnfinished: false })
  expect(await push(there.revision)).toMatchObject({ sentBytes: 0 })

  const site = await startStaticSite(page.path)
  expect(await client.deploy.check({ url: site.url, model: null, folderName: 'page' })).toMatchObject({ kind: 'static', isSame: true })
  const server = await startModelServer({ modelDirectory: join(runDirectory, 'model') })
  await server.predictor.ready
  const checked = await client.deploy.check({ url: server.url, model: { modelId: runId, checkpoint: null }, folderName: null })
  expect(checked).toMatchObject({ kind: 'api', comparison: { labelsEqual: true }, health: { status: 'ok' } })
  expect((await labErrorOf(client.deploy.check({ url: 'http://example.org', model: null, folderName: null }))).code).toBe(
    'ARGUMENT_INVALID',
  )
  expect((await labErrorOf(client.deploy.check({ url: site.url, model: null, folderName: 'nothing' }))).code).toBe('SPACE_NOT_FOUND')
})
