/** models.*: the presets, and the trained models that the playground can answer with. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { countParameters, modelPresetNames, modelPresets } from '../../shared/domain/model-config.ts'
import type { TrainedModel } from '../../shared/domain/prediction.ts'
import type { RunRecord } from '../../shared/domain/run.ts'
import { labInfoSchema } from '../checkpoint/model-folder.ts'
import { modelDirectory } from '../supervisor/run-directory.ts'
import type { RunStore } from '../supervisor/run-store.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'

export const modelHandlers = ({ store }: LabParts) => ({
  presets: os.models.presets.handler(() =>
    modelPresetNames.map((name) => {
      const { title, description } = modelPresets[name]
      return { name, title, description, parameterCount: countParameters({ ...modelPresets[name], labelCount: 4 }) }
    }),
  ),
  trained: os.models.trained.handler(() => trainedModels(store)),
})

/** Newest first; runs whose model folder cannot be read are left out. */
export async function trainedModels(store: RunStore): Promise<TrainedModel[]> {
  const withModel = (await store.list()).filter((summary) => summary.hasModel)
  const models = await Promise.all(withModel.map(({ record }) => trainedModel(store.directory(record.id), record)))
  return models.filter((model) => model !== null)
}

async function trainedModel(runDirectory: string, record: RunRecord): Promise<TrainedModel | null> {
  let content: unknown
  try {
    content = JSON.parse(await readFile(join(modelDirectory(runDirectory), 'lab.json'), 'utf8'))
  } catch {
    return null // Removed or replaced at this moment, or damaged: one bad folder must not hide the others.
  }
  const info = labInfoSchema.safeParse(content)
  if (!info.success) return null
  return {
    id: record.id,
    title: record.config.name || record.id,
    preset: record.config.model,
    labels: record.modelConfig?.labels ?? record.dataset?.labels ?? [],
    checkpoint: info.data.checkpoint,
    step: info.data.step,
    validationAccuracy: info.data.validationAccuracy,
    createdAt: info.data.createdAt,
  }
}
