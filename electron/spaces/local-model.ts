/** A model on this machine as what the answers of a deployed one are compared with: the weights in a Space's folder, or a model's. */
import { join } from 'node:path'
import type { z } from 'zod'
import { weightsVersion, type Comparison, type SpaceFolder } from '../../shared/domain/space.ts'
import type { InferenceClient } from '../inference/client.ts'
import type { answerSchema } from '../serving/schemas.ts'

/** Probabilities by class. */
export type Answer = z.infer<typeof answerSchema>

type Named = Pick<Comparison, 'with' | 'title' | 'checkpoint'>

export interface LocalModel {
  ask(
    texts: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<Named & { answers: Pick<Answer, 'label' | 'all_probabilities'>[] }>
}

/** The very files that are deployed. */
export const folderModel = (inference: InferenceClient, { path, folderName, facts }: SpaceFolder): LocalModel =>
  localModel(inference, join(path, 'model'), { with: 'folder', title: folderName, checkpoint: weightsVersion(facts) })

/** `checkpoint`: its name where `directory` is one, whose files do not say it; else null. */
export const labModel = (inference: InferenceClient, directory: string, title: string, checkpoint: string | null): LocalModel =>
  localModel(inference, directory, { with: 'model', title, checkpoint })

const localModel = (inference: InferenceClient, directory: string, named: Named): LocalModel => ({
  ask: async (texts, signal) => {
    const unknown = { modelId: '', title: named.title, checkpoint: '', step: null, epoch: null }
    const predictions = await inference.classifyMany(directory, unknown, texts, { ...(signal && { signal }) })
    const answers = predictions.map(({ label, probabilities }) => ({
      label,
      all_probabilities: Object.fromEntries(probabilities.map((entry) => [entry.label, entry.probability])),
    }))
    return { ...named, checkpoint: predictions[0]?.checkpoint.checkpoint || named.checkpoint, answers }
  },
})
