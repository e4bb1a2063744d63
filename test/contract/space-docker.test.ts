/** A Docker Space, started as its Dockerfile says, and looked at as `space check` does. There is no Docker in it. */
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadModel } from '../../electron/inference/load.ts'
import { projectRoot } from '../../electron/paths.ts'
import { deployedCheckSchema, spaceFactsSchema } from '../../shared/domain/space.ts'
import { readDockerfile, startContainer } from '../helpers/container.ts'
import { writeTestModel } from '../helpers/model-folders.ts'
import { ask, post } from '../helpers/model-server.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { writeTransformersFolder } from '../helpers/transformers-folders.ts'

const run = promisify(execFile)
const cli = join(projectRoot, 'out', 'main', 'cli.js')
const headline = 'Oil prices jump after a pipeline is attacked'
let place: string
let folder: string
let modelDirectory: string

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'distrinews-test-'))
  folder = join(place, 'space')
  modelDirectory = join(place, 'model')
  await writeTestModel(modelDirectory)
  await run(process.execPath, [
    cli,
    'space',
    'write',
    '--kind',
    'docker',
    '--model',
    modelDirectory,
    '--out',
    folder,
    '--title',
    'News, sorted',
  ])
})

afterAll(() => rm(place, { recursive: true, force: true }))

test('the folder is built from itself alone, for the user and the port that Spaces have', async () => {
  expect(await readDockerfile(folder)).toEqual({
    from: expect.stringMatching(/^--platform=linux\/amd64 node:\d+-slim$/),
    copies: [['.', '.']],
    env: { NODE_ENV: 'production', PORT: '7860' },
    user: '1000',
    exposed: 7860,
    command: ['node', 'server/server.js'],
    healthCheck: ['node', '-e', expect.stringContaining('/health')],
  })
  expect(await readFile(join(folder, '.dockerignore'), 'utf8')).toBe('.git\n')
  const readme = await readFile(join(folder, 'README.md'), 'utf8')
  expect(readme).toMatch(/^---\ntitle: "News, sorted"\n/)
  expect(readme).toContain('\nsdk: docker\napp_port: 7860\n')
  const { files, model } = spaceFactsSchema.parse(JSON.parse(await readFile(join(folder, 'space.json'), 'utf8')))
  expect(model).toMatchObject({ precision: 'fp32', checkpoint: 'step-000010', maxLength: 24 })
  expect(files.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['model/model.safetensors', 'server/licences.txt', 'server/server.js']),
  )
  expect(files.some(({ path }) => /\.map$|\.d\.ts$/.test(path))).toBe(false)
})

test('it answers as the local model does, opens no connection, and ends at SIGTERM', { timeout: 120_000 }, async (ctx) => {
  ctx.skip(process.platform !== 'linux' || process.arch !== 'x64', 'its binaries are for Linux on x86-64')
  const elsewhere = await temporaryDirectory()
  await chmod(elsewhere, 0o755)
  const container = await startContainer(folder, elsewhere)
  const { port } = container
  await expect
    .poll(() => ask(port, '/health'), { timeout: 30_000 })
    .toMatchObject({
      status: 200,
      body: { status: 'ok', model_loaded: true, model: 'News, sorted', version: 'step-000010' },
    })
  expect(await container.checkHealth()).toBe(0)
  const local = await loadModel(modelDirectory, { threads: 1 })
  ctx.onTestFinished(() => local.dispose())
  const ours = await local.classify(headline)
  const answer = await post(port, '/predict', { text: headline })
  expect(answer).toMatchObject({ status: 200, body: { label: ours.label, confidence: expect.closeTo(ours.confidence, 5) } })
  expect(await post(port, '/predict/batch', { texts: [headline, 'Late header settles cup semi-final'] })).toMatchObject({
    status: 200,
    body: { predictions: [{ label: ours.label }, {}] },
  })
  for (const [path, body] of [
    ['/predict', {}],
    ['/predict', { text: '' }],
    ['/predict', { text: 5 }],
    ['/predict/batch', { texts: [] }],
    ['/predict/batch', { texts: Array.from({ length: 101 }, () => headline) }],
  ] as const)
    expect((await post(port, path, body)).status, JSON.stringify(body).slice(0, 60)).toBe(422)
  const docs = await ask(port, '/docs/')
  expect(docs).toMatchObject({ status: 200, body: expect.stringContaining('swagger') })
  for (const asset of ['swagger-ui.css', 'swagger-ui-bundle.js']) expect((await ask(port, `/docs/static/${asset}`)).status, asset).toBe(200)
  expect(await ask(port, '/openapi.json')).toMatchObject({ status: 200, body: { paths: { '/predict': {}, '/predict/batch': {} } } })

  const checked = await run(process.execPath, [
    ...[cli, 'space', 'check', '--url', `http://127.0.0.1:${port}`, '--model', modelDirectory, '--json'],
  ])
  const result = deployedCheckSchema.parse(JSON.parse(checked.stdout))
  expect(result).toMatchObject({ kind: 'api', health: { status: 'ok', version: 'step-000010' }, comparison: { labelsEqual: true } })
  expect(result.kind === 'api' && result.comparison!.largestDifference).toBeLessThan(1e-5)

  container.process.kill('SIGTERM')
  expect(await container.ended).toBe(0)
  expect(await container.checkHealth(), 'nobody answers').toBe(1)
  expect(container.output.filter((line) => line.startsWith('OUTGOING'))).toEqual([])
})

test('of weights that do not say what they are, it tells the digest', { timeout: 120_000 }, async (ctx) => {
  ctx.skip(process.platform !== 'linux' || process.arch !== 'x64', 'its binaries are for Linux on x86-64')
  const elsewhere = await temporaryDirectory()
  await chmod(elsewhere, 0o755)
  const foreign = join(elsewhere, 'foreign')
  await writeTransformersFolder(foreign, { withHead: true })
  const target = join(elsewhere, 'space')
  await run(process.execPath, [cli, 'space', 'write', '--kind', 'docker', '--model', foreign, '--out', target])
  const facts = spaceFactsSchema.parse(JSON.parse(await readFile(join(target, 'space.json'), 'utf8')))
  const { sha256 } = facts.files.find(({ path }) => path === 'model/model.safetensors')!
  expect(facts.model).toMatchObject({ runId: null, checkpoint: null })
  const { port } = await startContainer(target, elsewhere)
  await expect
    .poll(async () => (await ask(port, '/health')).body, { timeout: 30_000 })
    .toMatchObject({ status: 'ok', version: `sha256:${sha256.slice(0, 12)}` })
})

test('a connection would have been seen', async () => {
  const guard = join(projectRoot, 'test/fixtures/connection-guard.cjs')
  const script = `const socket = require('node:net').connect(9, '127.0.0.1'); socket.on('error', () => undefined)`
  expect((await run(process.execPath, ['--require', guard, '-e', script])).stderr).toContain('OUTGOING')
})

test('what answers is compared: another model’s answers are told from the local one’s', { timeout: 120_000 }, async (ctx) => {
  ctx.skip(process.platform !== 'linux' || process.arch !== 'x64', 'its binaries are for Linux on x86-64')
  const elsewhere = await temporaryDirectory()
  await chmod(elsewhere, 0o755)
  const { port } = await startContainer(folder, elsewhere)
  await expect.poll(async () => (await ask(port, '/health')).body, { timeout: 30_000 }).toMatchObject({ status: 'ok' })
  const other = join(elsewhere, 'other-model')
  await writeTestModel(other, { seed: 7 })
  const checking = run(process.execPath, [cli, 'space', 'check', '--url', `http://127.0.0.1:${port}/docs`, '--model', other, '--json'])
  const stdout = await checking.then(
    () => Promise.reject(new Error('it found them equal')),
    (error: { stdout: string }) => error.stdout,
  )
  expect(deployedCheckSchema.parse(JSON.parse(stdout))).toMatchObject({ comparison: { labelsEqual: false } })
})
