/** The model sizes one can train, and the trained models that can answer. */
import { create } from 'zustand'
import type { ModelPresetName } from '../../shared/domain/model-config.ts'
import type { TrainedModel } from '../../shared/domain/prediction.ts'
import { lab } from '../ipc/client.ts'
import { refresh, unknown } from './remote.ts'
import type { Remote } from './remote.ts'

export interface ModelPresetCard {
  name: ModelPresetName
  title: string
  description: string
  parameterCount: number
}

interface ModelsState {
  presets: Remote<ModelPresetCard[]>
  trained: Remote<TrainedModel[]>
  refreshPresets(): Promise<void>
  refreshTrained(): Promise<void>
}

export const useModels = create<ModelsState>((set, get) => ({
  presets: unknown,
  trained: unknown,
  refreshPresets: () =>
    refresh(
      () => get().presets,
      (presets) => set({ presets }),
      () => lab.models.presets(),
    ),
  refreshTrained: () =>
    refresh(
      () => get().trained,
      (trained) => set({ trained }),
      () => lab.models.trained(),
    ),
}))
