/** Models of the hub, from a stand-in on loopback: what is fetched, what is refused, and what is left when it breaks off. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Downloads } from '../../electron/lab/downloads.ts'
import { ModelShelf } from '../../electron/lab/model-shelf.ts'
import { Hub } from '../../electron/hub/hub.ts'
import { cachedModel, fetchModel } from '../../electron/pretrained/hub-model.ts'
import { openModel } from '../../electron/pretrained/open-model.ts'
import { buildKernels } from '../../scripts/build-kernels.mjs'
import { startHub, type HubStandIn } from '../helpers/hub-stand-in.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { writeTransformersFolder, type FolderOptions } from '../helpers/transformers-folders.ts'

await buildKernels()

const model = { kind: 'hub', id: 'org/tiny-bert', revision: 'main' } as const

async function hubWith(
  options: FolderOptions & { token?: string } = {},
): Promise<{ server: HubStandIn; hub: Hub; commit: string; parameters: Map<string, Float32Array> }> {
  const server = await startHub()
  const folder = await temporaryDirectory()
  const { parameters } = await writeTransformersFolder(folder, { architecture: 'bert', ...options })
  const commit = await server.addDirectory('model', model.id, folder, options.token ? { token: options.token, gated: true } : {})
  return { server, hub: new Hub(server.settings(await temporaryDirectory())), commit, parameters }
}

describe('a model of the hub', () => {
  it.each<[string, FolderOptions]>([
    ['in one file', {}],
    ['in shards of F16, with vocab.txt', { shards: 2, dtype: 'F16', tokenizer: 'vocab.txt' }],
    ['of DistilBERT', { architecture: 'distilbert' }],
  ])('%s is fetched once, opened, and found again', async (_what, options) => {
    const { server, hub, commit, parameters } = await hubWith(options)
    expect(await cachedModel(hub, model)).toBeNull()
    const fetched = await fetchModel(hub, model)
    expect(fetched.commit).toBe(commit)
    const { tensors } = await openModel(fetched.directory)
    for (const [name, numbers] of parameters) expect(tensors.get(name)!.data, name).toEqual(numbers)
    expect(await cachedModel(hub, model)).toBe(fetched.directory)
    const asked = server.requests.length
    expect(await fetchModel(hub, { ...model, revision: commit })).toEqual(fetched)
    expect(server.requests.length).toBe(asked)
  })

  it('without safetensors is refused before anything is fetched, with the way out', async () => {
    const server = await startHub()
    server.addRepo('model', model.id, { 'config.json': '{"model_type":"bert"}', 'pytorch_model.bin': 'pickle', 'vocab.txt': 'a' })
    const hub = new Hub(server.settings(await temporaryDirectory()))
    await expect(fetchModel(hub, model)).rejects.toMatchObject({
      info: {
        code: 'MODEL_NOT_FOUND',
        cause: expect.stringContaining('pickle'),
        suggestion: expect.stringContaining('safe_serialization=True'),
      },
    })
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([`GET /api/models/${model.id}/revision/main?blobs=true`])
    server.addRepo('model', model.id, { 'README.md': '' })
    await expect(fetchModel(hub, model)).rejects.toMatchObject({ info: { cause: expect.stringContaining('config.json') } })
  })

  it('that is gated needs the token', async () => {
    const { server, hub } = await hubWith({ token: 'secret' })
    await expect(fetchModel(hub, model)).rejects.toMatchObject({
      info: { code: 'HUB_ACCESS_DENIED', suggestion: expect.stringContaining('HF_TOKEN') },
    })
    const allowed = new Hub(server.settings(await temporaryDirectory(), 'secret'))
    expect((await openModel((await fetchModel(allowed, model)).directory)).config.architecture).toBe('bert')
  })
})

describe('the lab’s list of pretrained models', () => {
  async function lab(options: FolderOptions & { files?: Record<string, string> } = {}) {
    const { server, hub, commit } = await hubWith(options)
    const directory = await temporaryDirectory()
    const shelf = new ModelShelf(directory, hub)
    await shelf.open()
    const downloads = new Downloads(directory, hub, {
      model: async ({ repo }, snapshot) => void (await shelf.add({ kind: 'hub', id: repo.id, revision: snapshot.commit })),
    })
    onTestFinished(() => downloads.close())
    return { server, hub, commit, directory, shelf, downloads }
  }
  const files = ['config.json', 'tokenizer.json', 'model.safetensors']
  const ended = async (downloads: Downloads): Promise<string> => {
    for await (const [download] of downloads.watch())
      if (download && !['running', 'finishing'].includes(download.state)) return download.state
    throw new Error('the stream ended')
  }

  it('gets what was downloaded, at its commit, and keeps it over a restart', async () => {
    const { hub, commit, directory, shelf, downloads } = await lab()
    downloads.start({ title: model.id, repo: { ...model, kind: 'model' }, files })
    expect(await ended(downloads)).toBe('done')
    const source = { kind: 'hub', id: model.id, revision: commit }
    expect(await shelf.list()).toMatchObject([{ title: model.id, source, error: null, report: { config: { architecture: 'bert' } } }])
    const again = new ModelShelf(directory, hub)
    await again.open()
    expect(await again.list()).toEqual(await shelf.list())
    const { id } = (await again.list())[0]!
    expect(await again.find(id)).toMatchObject({ source })
    await again.forget(id)
    expect(await again.list()).toEqual([])
  })

  it('gets nothing of a download whose files are no model, and the download says why', async () => {
    const { shelf, downloads } = await lab({ configJson: { model_type: 'roberta' } })
    downloads.start({ title: model.id, repo: { ...model, kind: 'model' }, files })
    expect(await ended(downloads)).toBe('failed')
    expect(downloads.list()[0]?.error).toMatchObject({ code: 'MODEL_INVALID', cause: expect.stringContaining('model_type') })
    expect(await shelf.list()).toEqual([])
  })

  it('shows a folder as it is now: here, broken, gone', async () => {
    const { shelf, directory } = await lab()
    const path = join(directory, 'folder')
    await writeTransformersFolder(path, { withHead: true })
    expect(await shelf.add({ kind: 'folder', path })).toMatchObject({ title: 'folder', directory: path, report: { hasClassifier: true } })
    await writeTransformersFolder(path, { configJson: { n_heads: 3 } })
    expect(await shelf.list()).toMatchObject([
      { report: null, error: { code: 'MODEL_INVALID', cause: expect.stringContaining('n_heads') } },
    ])
    await expect(shelf.add({ kind: 'folder', path: join(directory, 'nowhere') })).rejects.toMatchObject({
      info: { code: 'MODEL_NOT_FOUND' },
    })
    expect(await shelf.list()).toHaveLength(1)
    expect(await readdir(directory)).not.toContain('models.json.tmp')
    expect(JSON.parse(await readFile(join(directory, 'models.json'), 'utf8'))).toMatchObject([{ source: { kind: 'folder', path } }])
  })

  it('says of a model that is not on this machine how it gets here', async () => {
    const { shelf } = await lab()
    await expect(shelf.directoryOf(model)).rejects.toMatchObject({
      info: { code: 'MODEL_NOT_FOUND', suggestion: expect.stringContaining('Models screen') },
    })
  })
})
