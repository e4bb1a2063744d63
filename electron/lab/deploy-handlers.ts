/** deploy.*: the way of a model to a Hugging Face Space. Folders lie in `<data directory>/spaces`, by name; the desk owns the work. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelChoice } from '../../shared/domain/prediction.ts'
import type { RunDetail } from '../../shared/domain/run.ts'
import type { SpaceFolder } from '../../shared/domain/space.ts'
import { systemErrorCode } from '../checkpoint/file-errors.ts'
import { resolveInside } from '../checkpoint/resolve-inside.ts'
import { checkDeployed } from '../spaces/check.ts'
import { existingSpaceFolder, readSpaceFolder, verifiedSpaceFolder } from '../spaces/folder.ts'
import { folderModel, labModel, type LocalModel } from '../spaces/local-model.ts'
import { publishedSpace, pushSpace } from '../spaces/push.ts'
import { writeSpace } from '../spaces/write-space.ts'
import { answeringModel } from './answering-model.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'
import { streamWithTypedErrors } from './typed-errors.ts'

export const spacesDirectory = (labDirectory: string): string => join(labDirectory, 'spaces')

export const deployHandlers = ({
  labDirectory,
  models,
  store,
  supervisor,
  exporter,
  inference,
  spaceHub: hub,
  spaceDesk: desk,
  unfinishedPushes: unfinished,
}: LabParts) => {
  const spaces = spacesDirectory(labDirectory)

  /** Null for a model that no run of the lab made. */
  async function runOf(modelId: string): Promise<RunDetail | null> {
    if (supervisor.active?.runId === modelId) return supervisor.active.detail()
    return (await models.find(modelId)) ? null : store.get(modelId)
  }

  async function localModel(folder: SpaceFolder | null, choice: ModelChoice | null): Promise<LocalModel | null> {
    if (folder?.facts.kind === 'docker') return folderModel(inference, folder)
    if (choice === null) return null
    const { directory, ref } = await answeringModel({ models, store }, choice)
    return labModel(inference, directory, ref.title, choice.checkpoint)
  }

  return {
    folders: os.deploy.folders.handler(async () => {
      const folders = await Promise.all((await namesIn(spaces)).map((name) => readSpaceFolder(join(spaces, name))))
      return folders.filter((folder) => folder !== null).sort((a, b) => (a.facts.createdAt < b.facts.createdAt ? 1 : -1))
    }),
    watch: os.deploy.watch.handler(({ signal }) => streamWithTypedErrors(desk.watch(signal))),
    write: os.deploy.write.handler(async ({ input: { kind, folderName, title, ...choice } }) => {
      const target = resolveInside(spaces, folderName)
      const { directory: modelDirectory } = await answeringModel({ models, store }, choice)
      const run = await runOf(choice.modelId)
      const id = desk.write({ ...choice, kind, folderName, title }, (signal) =>
        writeSpace(kind, { title, modelDirectory, run, target, exporter, signal }),
      )
      return { id }
    }),
    cancel: os.deploy.cancel.handler(async ({ input: { id } }) => {
      await desk.cancel(id)
      return {}
    }),
    account: os.deploy.account.handler(({ signal }) => hub.account(signal)),
    published: os.deploy.published.handler(({ input: { name }, signal }) => publishedSpace(hub, unfinished, name, signal)),
    push: os.deploy.push.handler(async ({ input: { folderName, name, isPrivate, overwriteRevision } }) => {
      const directory = resolveInside(spaces, folderName)
      const folder = await existingSpaceFolder(directory)
      const options = { hub, unfinished, directory, name, isPrivate, overwriteRevision }
      return { id: desk.push({ folder, name, isPrivate }, (signal) => pushSpace(options, signal)) }
    }),
    check: os.deploy.check.handler(async ({ input: { url, model, folderName }, signal }) => {
      const folder = folderName === null ? null : await verifiedSpaceFolder(resolveInside(spaces, folderName), signal)
      return checkDeployed({ url, hub, localModel: await localModel(folder, model), localFacts: folder?.facts ?? null, signal })
    }),
  }
}

/** Those that a person named: what a killed writer left is none. */
async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => !name.startsWith('.'))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
}
