/**
 * Python's huggingface_hub as the referee of the hub on loopback and of what the lab sends to it: it reads the cards of
 * Spaces, downloads what the lab pushed, and uploads what the lab then need not send.
 */
import { execFile, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { writeSpaceFolder } from '../../electron/spaces/folder.ts'
import { pushSpace } from '../../electron/spaces/push.ts'
import { renderSpaceReadme } from '../../electron/spaces/readme.ts'
import { SpaceHub } from '../../electron/spaces/space-hub.ts'
import { UnfinishedPushes } from '../../electron/spaces/unfinished.ts'
import type { PushResult, SpaceFacts } from '../../shared/domain/space.ts'
import { startSpaceHub, type SpaceHubStandIn } from '../helpers/space-hub-stand-in.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const run = promisify(execFile)
const whyNoHf = spawnSync('hf', ['version']).status === 0 ? null : 'there is no hf, the command of huggingface_hub'
const whyNoLibrary = spawnSync('python3', ['-c', 'import huggingface_hub']).status === 0 ? null : 'python3 has no huggingface_hub'

const hostileTitle = `x"\n---\nsdk: gradio\n\u202e 'y': [z] #`
const about = (kind: SpaceFacts['kind'], title = 'News'): Omit<SpaceFacts, 'files'> => ({
  format: 'distrinews-space',
  version: 1,
  kind,
  createdAt: new Date(0).toISOString(),
  title,
  model: {
    ...{ runId: null, checkpoint: null, step: null, architecture: 'bert', parameterCount: 1, labels: ['a'] },
    ...{ maxLength: 8, precision: 'fp32', license: 'CC0-1.0' },
  },
})

async function start(): Promise<{ standIn: SpaceHubStandIn; place: string; folder: string; env: NodeJS.ProcessEnv }> {
  const standIn = await startSpaceHub()
  const place = await temporaryDirectory()
  const folder = join(place, 'space')
  await writeFile(join(place, 'weights'), randomBytes(300_000))
  await writeSpaceFolder({ target: folder, bytes: 1, signal: undefined }, async (write) => {
    await write.text('README.md', renderSpaceReadme(about('static')))
    await write.text('index.html', '<!doctype html>')
    await write.copy('model/onnx/weights.onnx', join(place, 'weights'))
    return about('static')
  })
  const quiet = { HF_HUB_DISABLE_XET: '1', HF_HUB_DISABLE_TELEMETRY: '1', HF_HUB_DISABLE_PROGRESS_BARS: '1' }
  const env = { ...process.env, ...quiet, HF_ENDPOINT: standIn.endpoint, HF_TOKEN: standIn.token, HF_HOME: join(place, 'hf') }
  return { standIn, place, folder, env }
}

async function push(standIn: SpaceHubStandIn, place: string, name: string, overwriteRevision: string | null): Promise<PushResult> {
  const hub = new SpaceHub(standIn.settings())
  const unfinished = new UnfinishedPushes(join(place, 'lab'))
  for await (const event of pushSpace({ hub, unfinished, directory: join(place, 'space'), name, isPrivate: true, overwriteRevision }))
    if (event.type === 'done') return event.result
  throw new Error('it ended without a result')
}

async function contentOf(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('.cache'))
    .map((entry) => join(entry.parentPath, entry.name))
  const contents = await Promise.all(
    files.map(async (file) => [file.slice(directory.length + 1), (await readFile(file)).toString('base64')] as const),
  )
  return Object.fromEntries(contents.filter(([name]) => name !== '.gitattributes').sort())
}

test('what the lab pushed, huggingface_hub downloads, byte for byte', { timeout: 120_000 }, async (ctx) => {
  ctx.skip(whyNoHf !== null, whyNoHf ?? '')
  const { standIn, place, folder, env } = await start()
  await push(standIn, place, 'ada/news', null)
  const target = join(place, 'downloaded')
  await run('hf', ['download', 'ada/news', '--repo-type', 'space', '--local-dir', target], { env })
  expect(await contentOf(target)).toEqual(await contentOf(folder))
})

test('what huggingface_hub uploaded, the lab does not send again', { timeout: 120_000 }, async (ctx) => {
  ctx.skip(whyNoHf !== null, whyNoHf ?? '')
  const { standIn, place, folder, env } = await start()
  standIn.addSpace('ada/news', { 'README.md': 'x' })
  await run('hf', ['upload', 'ada/news', folder, '.', '--repo-type', 'space'], { env })
  const uploaded = standIn.spaces.get('ada/news')!
  expect([...uploaded.files.keys()].sort()).toEqual(['README.md', 'index.html', 'model/onnx/weights.onnx', 'space.json'])
  expect(await push(standIn, place, 'ada/news', uploaded.commits.at(-1)!)).toMatchObject({ sentBytes: 0, reusedBytes: 300_000 })
})

test('the cards of Spaces are read as they are meant, whatever the title', { timeout: 60_000 }, async (ctx) => {
  ctx.skip(whyNoLibrary !== null, whyNoLibrary ?? '')
  const place = await temporaryDirectory()
  const script = 'import json,sys; from huggingface_hub import SpaceCard; print(json.dumps(SpaceCard.load(sys.argv[1]).data.to_dict()))'
  for (const [kind, expected] of [
    ['static', { sdk: 'static', app_file: 'index.html' }],
    ['docker', { sdk: 'docker', app_port: 7860 }],
  ] as const) {
    const file = join(place, `${kind}.md`)
    await writeFile(file, renderSpaceReadme(about(kind, hostileTitle)))
    const { stdout } = await run('python3', ['-c', script, file])
    const card = z.record(z.string(), z.unknown()).parse(JSON.parse(stdout))
    expect(card).toMatchObject({ ...expected, license: 'cc0-1.0', tags: ['text-classification'] })
    expect(String(card['title'])).toContain('sdk: gradio')
    expect(String(card['short_description']).length).toBeLessThanOrEqual(60)
  }
})
