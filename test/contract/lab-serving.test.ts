/** A model of the lab over HTTP, started and watched over both transports; and the playground's code against a real server. */
import { execFile, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { projectRoot } from '../../electron/paths.ts'
import type { ServedModelStatus } from '../../shared/domain/serving.ts'
import { snippet, snippetLanguages, type SnippetLanguage } from '../../shared/domain/snippets.ts'
import { labErrorOf, reachLab, transports, type Client } from '../helpers/contract-clients.ts'
import { takenPort } from '../helpers/loopback.ts'
import { modelLabels, writeTestModel } from '../helpers/model-folders.ts'
import { ask, post, startModelServer } from '../helpers/model-server.ts'
import { writePlaygroundRun } from '../helpers/playground-run.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const modelId = '20260314-102653-tiny-cd34'
const secret = 'a headline that no log may hold'

/** The first thing that is told and passes. */
async function told(client: Client, passes: (status: ServedModelStatus) => boolean): Promise<ServedModelStatus> {
  for await (const status of await client.serving.watch()) if (passes(status)) return status
  return expect.fail('the stream ended')
}
const inState = (client: Client, state: ServedModelStatus['state']): Promise<ServedModelStatus> =>
  told(client, (status) => status.state === state)

const portOf = ({ url }: ServedModelStatus): number => Number(new URL(url!).port)

describe.each(transports)('over %s', (transport) => {
  it('a model is served, its requests are told without texts and tokens, and it stops', { timeout: 60_000 }, async () => {
    const { client, labDirectory, close } = await reachLab(transport)
    onTestFinished(close)
    await writePlaygroundRun(labDirectory, modelId)
    expect(await inState(client, 'stopped')).toMatchObject({ model: null, url: null, figures: null, recent: [] })
    expect((await labErrorOf(client.serving.start({ modelId: 'gone', port: 0, token: null }))).code).toBe('MODEL_NOT_FOUND')
    expect((await labErrorOf(client.serving.start({ modelId, port: 0, token: 'two words' }))).code).toBe('CONFIG_INVALID')

    const started = await client.serving.start({ modelId, port: 0, token: 'hush' })
    expect(started).toMatchObject({ model: { id: modelId, title: 'Run cd34' }, needsToken: true })
    expect((await labErrorOf(client.serving.start({ modelId, port: 0, token: null }))).code).toBe('TOO_BUSY')
    const ready = await inState(client, 'ready')
    const port = portOf(ready)
    expect((await post(port, '/predict', { text: secret })).status).toBe(401)
    const headers = { authorization: 'Bearer hush' }
    expect((await post(port, '/predict', { text: secret }, { headers })).status).toBe(200)

    const counted = await told(client, ({ figures }) => figures?.total === 2)
    expect(counted.figures).toMatchObject({ byStatus: { 200: 1, 401: 1 }, lastMinuteCount: 1 })
    expect(counted.figures!.p50Ms).toBeGreaterThan(0)
    expect(counted.figures!.p50Ms).toBe(counted.figures!.p95Ms)
    expect(counted.recent.map(({ method, path, status, batchRows }) => ({ method, path, status, batchRows }))).toEqual([
      { method: 'POST', path: '/predict', status: 401, batchRows: null },
      { method: 'POST', path: '/predict', status: 200, batchRows: 1 },
    ])
    expect(JSON.stringify(counted)).not.toMatch(/headline that|hush/)

    expect(await client.serving.stop()).toMatchObject({ state: 'stopped', url: null, figures: { total: 2 } })
    await expect(ask(port, '/health')).rejects.toThrow('ECONNREFUSED')
    expect((await client.serving.stop()).state).toBe('stopped')
    expect((await client.serving.start({ modelId, port, token: null })).url).toBe(`http://127.0.0.1:${port}`)
  })

  it('what cannot be served says why, and leaves the way free for the next', { timeout: 60_000 }, async () => {
    const { client, labDirectory, close } = await reachLab(transport)
    onTestFinished(close)
    const taken = await takenPort()
    const directory = await writePlaygroundRun(labDirectory, modelId)
    expect((await labErrorOf(client.serving.start({ modelId, port: taken, token: null }))).code).toBe('PORT_IN_USE')
    expect((await inState(client, 'failed')).error?.code).toBe('PORT_IN_USE')

    await writeTestModel(join(directory, 'model'), {
      config: { labels: modelLabels },
      spoil: (arena) => arena.parameter(arena.specs[0]!.name).fill(NaN),
    })
    await client.serving.start({ modelId, port: 0, token: null })
    expect(await inState(client, 'failed')).toMatchObject({ url: null, error: { code: 'MODEL_INVALID' } })

    await writeTestModel(join(directory, 'model'))
    await client.serving.start({ modelId, port: 0, token: null })
    await inState(client, 'ready')
  })

  it('the server ends with the lab', { timeout: 60_000 }, async () => {
    const { client, labDirectory, close } = await reachLab(transport)
    await writePlaygroundRun(labDirectory, modelId)
    const port = portOf(await client.serving.start({ modelId, port: 0, token: null }))
    expect((await ask(port, '/health')).status).toBe(200)
    await close()
    await expect(ask(port, '/health')).rejects.toThrow('ECONNREFUSED')
  })
})

const run = promisify(execFile)
const missing = ['curl', 'python3'].filter((command) => spawnSync(command, ['--version']).status !== 0)
const runners: Record<SnippetLanguage, (code: string) => Promise<{ stdout: string }>> = {
  curl: (code) => run('bash', ['-c', code]),
  JavaScript: (code) => run(process.execPath, ['--input-type=module', '-e', code]),
  Python: (code) => run('python3', ['-c', code]),
}

describe('the code that the playground copies', () => {
  it('prints the answer of a model that serve-model serves', { timeout: 60_000 }, async (ctx) => {
    ctx.skip(missing.length > 0, `no ${missing.join(', ')} here`)
    const model = join(await temporaryDirectory(), 'model')
    await writeTestModel(model)
    const cli = join(projectRoot, 'out', 'main', 'cli.js')
    const child = spawn(process.execPath, [cli, 'serve-model', '--model', model, '--port', '0'])
    onTestFinished(() => void child.kill('SIGKILL'))
    let printed = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (printed += text))
    await expect.poll(() => printed, { timeout: 30_000 }).toContain('The model is loaded')
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)![0]
    await runAll({ url })
  })

  it('carries the token of a server that has one', { timeout: 60_000 }, async (ctx) => {
    ctx.skip(missing.length > 0, `no ${missing.join(', ')} here`)
    const token = `it's"$HOME\\`
    const server = await startModelServer({ token })
    await server.predictor.ready
    await runAll({ url: server.url, token })
  })

  async function runAll(server: { url: string; token?: string }): Promise<void> {
    const text = `It's $(hostile) "text", 🚀 شركة`
    const headers: Record<string, string> = server.token === undefined ? {} : { authorization: `Bearer ${server.token}` }
    const { body } = await post(Number(new URL(server.url).port), '/predict', { text }, { headers })
    const { label, confidence } = body as { label: string; confidence: number }
    expect(modelLabels).toContain(label)
    for (const language of snippetLanguages) {
      const { stdout } = await runners[language](snippet(language, text, server))
      if (language === 'curl') expect(JSON.parse(stdout)).toMatchObject({ label, confidence })
      else expect(stdout, language).toMatch(new RegExp(`^${label} ${confidence.toString().slice(0, 8)}`))
    }
  }
})
