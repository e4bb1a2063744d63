/** `space` on the command line: a push that is killed in the middle is taken up, what exists is asked about, mistakes say what to do. */
import { execFile, spawn } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { projectRoot } from '../../electron/paths.ts'
import { pushResultSchema, spaceFactsSchema } from '../../shared/domain/space.ts'
import { writeTestModel } from '../helpers/model-folders.ts'
import { startSpaceHub, type SpaceHubStandIn } from '../helpers/space-hub-stand-in.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const cli = join(projectRoot, 'out', 'main', 'cli.js')
const run = promisify(execFile)

interface Outcome {
  code: number
  stdout: string
  stderr: string
}

async function space(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  const options = { env: { ...process.env, NO_COLOR: '1', ...env } }
  return run(process.execPath, [cli, 'space', ...args], options).then(
    (done) => ({ code: 0, ...done }),
    (error: Outcome) => error,
  )
}

async function start(): Promise<{ standIn: SpaceHubStandIn; folder: string; env: Record<string, string> }> {
  const standIn = await startSpaceHub()
  const place = await temporaryDirectory()
  const env = { DISTRINEWS_HOME: join(place, 'lab'), HF_ENDPOINT: standIn.endpoint, HF_TOKEN: standIn.token }
  await mkdir(join(place, 'lab'))
  await writeTestModel(join(place, 'model'))
  const folder = join(place, 'space')
  const written = await space(['write', '--kind', 'static', '--model', join(place, 'model'), '--out', folder], env)
  expect(written).toMatchObject({ code: 0, stdout: expect.stringMatching(/A static Space in .*: \d+ files, \d+\.\d MB/) })
  return { standIn, folder, env }
}

describe('push', () => {
  test('killed in the middle of a file, it goes on: what arrived whole is not sent again', { timeout: 60_000 }, async () => {
    const { standIn, folder, env } = await start()
    const push = ['push', '--folder', folder, '--name', 'ada/news', '--json']
    const facts = spaceFactsSchema.parse(JSON.parse(await readFile(join(folder, 'space.json'), 'utf8')))
    const large = facts.files.filter(({ bytes }) => bytes >= standIn.lfsFromBytes)
    const largest = Math.max(...large.map(({ bytes }) => bytes))
    // The largest file never arrives whole; the others do, and space.json.
    standIn.fault = { at: 'storage', kind: 'stall', largerThan: largest - 1 }
    const child = spawn(process.execPath, [cli, 'space', ...push], { env: { ...process.env, ...env }, stdio: 'ignore' })
    await expect.poll(() => standIn.objects.size, { timeout: 30_000 }).toBe(large.length)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('close', resolve))
    standIn.fault = null
    expect(standIn.spaces.get('ada/news')!.files.has('index.html')).toBe(false)

    const again = await space(push, env)
    expect(again.stderr).toBe('')
    const result = pushResultSchema.parse(JSON.parse(again.stdout))
    expect(result.sentBytes).toBe(largest)
    expect(result.reusedBytes).toBeGreaterThanOrEqual(large.reduce((sum, { bytes }) => sum + bytes, 0) - largest)
    expect(standIn.spaces.get('ada/news')).toMatchObject({ sdk: 'static', isPrivate: true })
    expect(again.stdout + again.stderr).not.toContain(standIn.token)
  })

  test('what is there is replaced only when that is said; the token is never shown', { timeout: 60_000 }, async () => {
    const { standIn, folder, env } = await start()
    standIn.addSpace('ada/news', { 'app.py': 'theirs' })
    const push = ['push', '--folder', folder, '--name', 'ada/news']
    const refused = await space(push, env)
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--overwrite') })
    expect(standIn.spaces.get('ada/news')!.files.has('app.py')).toBe(true)
    const done = await space([...push, '--overwrite'], env)
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining(`Pushed to ${standIn.endpoint}/spaces/ada/news`) })
    expect(standIn.spaces.get('ada/news')!.files.has('app.py')).toBe(false)
    for (const { stdout, stderr } of [refused, done]) expect(stdout + stderr).not.toContain(standIn.token)
    expect(await space(push, { ...env, HF_TOKEN: '' })).toMatchObject({ code: 1, stderr: expect.stringContaining('HF_TOKEN is not set') })
  })
})

test.each<[string[], string]>([
  [[], 'It can write, push, check.'],
  [['wirte'], 'Did you mean write?'],
  [['write', '--kind', 'static'], '--out is missing'],
  [['write', '--out', 'x'], 'Add --kind static or --kind docker'],
  [['write', '--out', 'x', '--kind', 'gradio'], '--kind gradio is not possible'],
  [['push', '--folder', 'x', '--name', 'x'], 'must be owner/name'],
  [['check'], '--url is missing'],
  [['check', '--url', 'ftp://x'], 'That is no address the lab asks'],
])('%j says what is wrong', async (args, words) => {
  expect(await space(args, {})).toMatchObject({ code: 2, stderr: expect.stringContaining(words) })
})
