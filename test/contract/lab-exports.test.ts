/** Exports over both transports: one at a time, cancelled by letting go, never out of the lab's own folder. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { writeRecord } from '../../electron/supervisor/run-directory.ts'
import { exportAgrees } from '../../shared/lessons/checks/deployment.ts'
import { fakeRun } from '../helpers/fake-run.ts'
import { labErrorOf, reachLab, transports } from '../helpers/contract-clients.ts'
import { writeTestModel } from '../helpers/model-folders.ts'

const runId = '20261124-031500-tiny-ab12'

it.each(transports)('over %s', { timeout: 120_000 }, async (transport) => {
  const reached = await reachLab(transport)
  onTestFinished(() => reached.close())
  const { client, labDirectory } = { client: reached.client, labDirectory: (await reached.client.hardware.describe()).dataDirectory }
  const runDirectory = join(labDirectory, 'runs', runId)
  await mkdir(runDirectory, { recursive: true })
  const run = fakeRun({ completedSteps: 3, record: { id: runId } })
  await writeRecord(runDirectory, run.record)
  await writeFile(join(runDirectory, 'metrics.jsonl'), run.steps.map((step) => `${JSON.stringify(step)}\n`).join(''))
  const exports = join(labDirectory, 'exports')

  const drain = async (format: 'folder' | 'tensorboard' | 'trace', folderName: string): Promise<string> => {
    let path = ''
    for await (const event of await client.exports.run({ runId, format, folderName })) if (event.type === 'done') path = event.result.path
    return path
  }
  expect((await labErrorOf(drain('folder', 'mine'))).code, 'no model yet').toBe('MODEL_NOT_FOUND')
  await writeTestModel(join(runDirectory, 'model'))
  for (const name of ['../out', '..', '/tmp/out', 'a\\b'])
    expect((await labErrorOf(drain('folder', name))).code, name).toBe('ARGUMENT_INVALID')

  // Let go in the middle: nothing is left, and the next may begin.
  const abort = new AbortController()
  const stream = await client.exports.run({ runId, format: 'folder', folderName: 'mine' }, { signal: abort.signal })
  const first = await stream[Symbol.asyncIterator]().next()
  expect(first.value).toMatchObject({ type: 'progress' })
  expect((await labErrorOf(drain('folder', 'second'))).code).toBe('TOO_BUSY')
  abort.abort()
  await expect.poll(() => readdir(exports).catch(() => []), { timeout: 20_000 }).toEqual([])
  await expect.poll(() => drain('folder', 'mine').catch(() => ''), { timeout: 60_000, interval: 300 }).toBe(join(exports, 'mine'))
  expect(JSON.parse(await readFile(join(exports, 'mine', 'export.json'), 'utf8'))).toMatchObject({ format: 'distrinews-export' })

  // Read back as it lies there; the checks of the lessons judge it, and what is not there is not made up.
  const folder = (await client.exports.read({ folderName: 'mine' }))!
  expect(folder).toMatchObject({ path: join(exports, 'mine'), facts: { format: 'distrinews-export' } })
  expect(folder.card).toContain('## Limits')
  expect(folder.files.map(({ name }) => name)).toEqual(expect.arrayContaining(['README.md', 'model.safetensors', 'onnx/model.onnx']))
  expect(exportAgrees(folder)).toMatchObject({ met: true, because: expect.stringContaining('float32 names the engine’s class every time') })
  expect(await client.exports.read({ folderName: 'nothing' })).toBeNull()
  expect((await labErrorOf(client.exports.read({ folderName: '../runs' }))).code).toBe('ARGUMENT_INVALID')
  expect(await drain('trace', 'trace')).toContain(`trace-${runId}.json`)
})
