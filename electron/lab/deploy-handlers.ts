/** deploy.*: the way of a model to a Hugging Face Space. Folders lie in `<data directory>/spaces`, by name. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import type { ModelChoice } from '../../shared/domain/prediction.ts'
import type { RunDetail } from '../../shared/domain/run.ts'
import type { SpaceFolder } from '../../shared/domain/space.ts'
import { systemErrorCode } from '../checkpoint/file-errors.ts'
import { resolveInside } from '../checkpoint/resolve-inside.ts'
import { askModel, checkDeployed, type AskLocally } from '../spaces/check.ts'
import { readSpaceFolder } from '../spaces/folder.ts'
import { publishedSpace, pushSpace } from '../spaces/push.ts'
import { writeSpace } from '../spaces/write-space.ts'
import { answeringModel } from './answering-model.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'
import { streamWithTypedErrors } from './typed-errors.ts'

export const deployHandlers = ({
  labDirectory,
  models,
  store,
  supervisor,
  exporter,
  inference,
  spaceHub: hub,
  unfinishedPushes: unfinished,
}: LabParts) => {
  const spaces = join(labDirectory, 'spaces')

  /** Null for a model that no run of the lab made. */
  async function runOf(modelId: string): Promise<RunDetail | null> {
    if (supervisor.active?.runId === modelId) return supervisor.active.detail()
    return (await models.find(modelId)) ? null : store.get(modelId)
  }

  async function askLocally(choice: ModelChoice, signal: AbortSignal | undefined): Promise<AskLocally> {
    const { directory, ref } = await answeringModel({ models, store }, choice)
    return askModel(inference, directory, ref, signal)
  }

  async function localFacts(folderName: string): Promise<SpaceFolder['facts']> {
    const folder = await readSpaceFolder(resolveInside(spaces, folderName))
    if (folder) return folder.facts
    throw new LabError({
      code: 'SPACE_NOT_FOUND',
      title: 'There is no such Space in the lab',
      cause: `${JSON.stringify(folderName)} is not among the folders of Spaces, or was not written by the lab.`,
      suggestion: 'Choose another folder, or write the Space first.',
    })
  }

  return {
    folders: os.deploy.folders.handler(async () => {
      const folders = await Promise.all((await namesIn(spaces)).map((name) => readSpaceFolder(join(spaces, name))))
      return folders.filter((folder) => folder !== null).sort((a, b) => (a.facts.createdAt < b.facts.createdAt ? 1 : -1))
    }),
    write: os.deploy.write.handler(async ({ input: { kind, folderName, title, ...choice }, signal }) => {
      const target = resolveInside(spaces, folderName)
      const { directory } = await answeringModel({ models, store }, choice)
      const run = await runOf(choice.modelId)
      return streamWithTypedErrors(writeSpace(kind, { title, modelDirectory: directory, run, target, exporter, signal }))
    }),
    account: os.deploy.account.handler(({ signal }) => hub.account(signal)),
    published: os.deploy.published.handler(({ input: { name }, signal }) => publishedSpace(hub, unfinished, name, signal)),
    push: os.deploy.push.handler(async ({ input: { folderName, ...push }, signal }) => {
      const directory = resolveInside(spaces, folderName)
      return streamWithTypedErrors(pushSpace({ hub, unfinished, directory, ...push }, signal))
    }),
    check: os.deploy.check.handler(async ({ input: { url, model, folderName }, signal }) =>
      checkDeployed({
        url,
        hub,
        askLocally: model && (await askLocally(model, signal)),
        localFacts: folderName === null ? null : await localFacts(folderName),
        signal,
      }),
    ),
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
