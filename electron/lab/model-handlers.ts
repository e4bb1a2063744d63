/** models.*: the presets, the trained models that the playground can answer with, and the pretrained ones. */
import { countParameters, modelPresetNames, modelPresets } from '../../shared/domain/model-config.ts'
import type { PretrainedModel } from '../../shared/domain/model-report.ts'
import type { TrainedModel } from '../../shared/domain/prediction.ts'
import type { RunRecord } from '../../shared/domain/run.ts'
import { modelTitle } from '../../shared/domain/run-config.ts'
import { readModelFacts } from '../checkpoint/model-folder.ts'
import { filesOfModel, repoOf } from '../pretrained/hub-model.ts'
import { modelDirectory } from '../supervisor/run-directory.ts'
import type { RunStore } from '../supervisor/run-store.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'

export const modelHandlers = ({ downloads, hub, models, store }: LabParts) => ({
  presets: os.models.presets.handler(() =>
    modelPresetNames.map((name) => {
      const { title, description } = modelPresets[name]
      return { name, title, description, parameterCount: countParameters({ ...modelPresets[name], labelCount: 4 }) }
    }),
  ),
  trained: os.models.trained.handler(async () => [...(await trainedModels(store)), ...(await models.list()).flatMap(answering)]),
  pretrained: os.models.pretrained.handler(() => models.list()),
  openFolder: os.models.openFolder.handler(({ input: { path } }) => models.add({ kind: 'folder', path })),
  download: os.models.download.handler(async ({ input: { id, revision } }) => {
    const repo = repoOf({ kind: 'hub', id, revision })
    const files = filesOfModel(id, await hub.list(repo))
    return { downloadId: downloads.start({ title: id, repo, files }).id }
  }),
  forget: os.models.forget.handler(async ({ input: { id } }) => {
    await models.forget(id)
    return {}
  }),
})

/** A pretrained model that has a classifier answers like one that was trained here. */
function answering({ id, title, report, directory, addedAt }: PretrainedModel): TrainedModel[] {
  if (!report?.hasClassifier || directory === null) return []
  const { labels } = report.config
  return [{ id, title, preset: title, labels, checkpoint: 'model', step: null, validationAccuracy: null, createdAt: addedAt, directory }]
}

/** Newest first; runs whose model folder cannot be read are left out. */
export async function trainedModels(store: RunStore): Promise<TrainedModel[]> {
  const withModel = (await store.list()).filter((summary) => summary.hasModel)
  const models = await Promise.all(withModel.map(({ record }) => trainedModel(store.directory(record.id), record)))
  return models.filter((model) => model !== null)
}

async function trainedModel(runDirectory: string, record: RunRecord): Promise<TrainedModel | null> {
  // Null: removed at this moment, or not to be used.
  const facts = await readModelFacts(modelDirectory(runDirectory)).catch(() => null)
  if (facts === null || facts.lab === null) return null
  const { checkpoint, step, validationAccuracy, createdAt } = facts.lab
  return {
    id: record.id,
    title: record.config.name || record.id,
    preset: modelTitle(record.config),
    labels: record.modelConfig?.labels ?? record.dataset?.labels ?? [],
    checkpoint,
    step,
    validationAccuracy,
    createdAt,
    directory: modelDirectory(runDirectory),
  }
}
