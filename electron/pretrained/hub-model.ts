/**
 * Models of the hub: which files of a repository the lab needs, fetching them, and where they lie once they are here. A
 * model without safetensors is refused before anything is fetched.
 */
import { dirname } from 'node:path'
import { hasModel } from '../checkpoint/model-folder.ts'
import { weightsIndexName, weightsName } from '../checkpoint/weights.ts'
import type { FetchOptions, Hub, HubRepo, RepoListing } from '../hub/hub.ts'
import { LabError } from '../../shared/contract/errors.ts'
import type { ModelSource } from '../../shared/domain/run-config.ts'

export type HubModel = Extract<ModelSource, { kind: 'hub' }>

export const repoOf = ({ id, revision }: HubModel): HubRepo => ({ kind: 'model', id, revision })

const smallFiles = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'vocab.txt']
const shardPattern = /^model-\d{5}-of-\d{5}\.safetensors$/

/** Paths of the files to be fetched. Throws MODEL_NOT_FOUND where the repository holds no model that the lab can read. */
export function filesOfModel(id: string, { files }: RepoListing): string[] {
  const paths = files.map(({ path }) => path)
  const present = smallFiles.filter((name) => paths.includes(name))
  if (!present.includes('config.json')) throw noModel(id, 'It has no config.json.', 'Choose a model that transformers loads.')
  if (paths.includes(weightsName)) return [...present, weightsName]
  if (paths.includes(weightsIndexName)) return [...present, weightsIndexName, ...paths.filter((path) => shardPattern.test(path))]
  const pickle = paths.find((path) => /^pytorch_model.*\.bin$/.test(path))
  throw noModel(
    id,
    pickle === undefined
      ? 'It has no weights in safetensors.'
      : `It has ${pickle}, a pickle, and no safetensors. To read a pickle is to run whatever code it holds, so the lab does not.`,
    'Choose a revision with model.safetensors, or convert it with transformers: model.save_pretrained(folder, safe_serialization=True).',
  )
}

const noModel = (id: string, cause: string, suggestion: string): LabError =>
  new LabError({ code: 'MODEL_NOT_FOUND', title: `The lab cannot read the model ${id}`, cause, suggestion })

/** Downloads what is not here yet; the commit makes the model's revision exact. Throws the HUB_… errors and MODEL_NOT_FOUND. */
export async function fetchModel(hub: Hub, model: HubModel, options: FetchOptions = {}): Promise<{ directory: string; commit: string }> {
  const here = await cachedModel(hub, model)
  if (here !== null && /^[0-9a-f]{40}$/.test(model.revision)) return { directory: here, commit: model.revision }
  const repo = repoOf(model)
  const files = filesOfModel(model.id, await hub.list(repo, options.signal ? { signal: options.signal } : {}))
  const { directory, commit } = await hub.fetch(repo, files, options)
  return { directory, commit }
}

/** The directory of a model that has been downloaded, or null. Asks nobody. */
export async function cachedModel(hub: Hub, model: HubModel): Promise<string | null> {
  const config = await hub.cached(repoOf(model), 'config.json')
  const directory = config && dirname(config)
  return directory && (await hasModel(directory)) ? directory : null
}
