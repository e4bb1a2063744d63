/**
 * The models used last, kept loaded: the playground asks the same one with every key. A training run renews its model
 * folder under the same name, so the file of the weights decides whether what is loaded is still what is there.
 */
import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { loadModel, type LoadedModel } from './load.ts'

/** Enough to compare two; each holds its weights. */
const maxModels = 2

interface CachedModel {
  model: LoadedModel
  version: string
}

export class ModelCache {
  readonly #threads: number
  /** By directory, the one used last at the end. */
  readonly #models = new Map<string, CachedModel>()

  constructor(threads: number) {
    this.#threads = threads
  }

  /** The model of `directory` as it is there now. Not to be called again before it returned. Throws as `loadModel`. */
  async get(directory: string): Promise<LoadedModel> {
    const key = resolve(directory)
    const version = versionOf(key)
    const cached = this.#models.get(key)
    this.#models.delete(key)
    if (cached?.version === version) {
      this.#models.set(key, cached)
      return cached.model
    }
    cached?.model.dispose()
    const model = await loadModel(key, { threads: this.#threads })
    this.#models.set(key, { model, version })
    for (const [oldest, { model: unused }] of this.#models) {
      if (this.#models.size <= maxModels) break
      this.#models.delete(oldest)
      unused.dispose()
    }
    return model
  }
}

/**
 * Changes whenever the weights of the folder do. Asked for each batch, and synchronously: the thread has nothing else to do, and
 * a way through the thread pool takes ten times as long.
 */
function versionOf(directory: string): string {
  // What may be wrong with it, loading will say.
  const weights = statSync(join(directory, 'model.safetensors'), { throwIfNoEntry: false })
  return weights ? `${weights.ino} ${weights.size} ${weights.mtimeMs}` : ''
}
