/**
 * A Docker Space: the serving code as the build bundled it, ONNX Runtime for Linux on x86-64, and the very files of the
 * model folder, so that it answers as the lab does.
 */
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { SpaceWriteEvent } from '../../shared/domain/space.ts'
import { decisiveFiles, readModelFacts, readTokenizerMaxLength } from '../checkpoint/model-folder.ts'
import { systemErrorCode } from '../checkpoint/file-errors.ts'
import { toTransformersConfig } from '../checkpoint/transformers-config.ts'
import { readCheckpointOrigin } from '../export/source.ts'
import { spacePartsDirectory } from '../paths.ts'
import { describeModel, noClassifier } from '../pretrained/open-model.ts'
import dockerfile from './docker/Dockerfile?raw'
import { bytesBelow, writeSpaceFolder } from './folder.ts'
import { renderSpaceReadme } from './readme.ts'
import type { SpaceOptions } from './write-space.ts'

/** Read where they are there, beside the files that decide what the model computes. */
const usefulFiles = ['tokenizer_config.json', 'lab.json']

export async function* writeDockerSpace({
  title,
  modelDirectory,
  license,
  target,
  signal,
}: SpaceOptions): AsyncGenerator<SpaceWriteEvent, void> {
  yield { type: 'progress', progress: { stage: 'reading the model', fraction: 0, etaMs: null } }
  const { config, parameterCount, hasClassifier, missing, misshaped } = await describeModel(modelDirectory)
  if (!hasClassifier) throw noClassifier(modelDirectory, config.labels.length, [...missing, ...misshaped.map(({ name }) => name)])
  const checkpoint = await readCheckpointOrigin(modelDirectory)
  const { lab } = await readModelFacts(modelDirectory)
  const origin = checkpoint ?? lab
  const files = await modelFilesOf(modelDirectory)
  const parts = spacePartsDirectory('docker')
  let bytes = await bytesBelow(parts)
  for (const file of files) bytes += (await stat(file)).size
  const maxLength = Math.min(lab?.maxLength ?? (await readTokenizerMaxLength(modelDirectory)) ?? Infinity, config.maxPositionEmbeddings)

  yield { type: 'progress', progress: { stage: 'writing the folder', fraction: 0.1, etaMs: null } }
  const folder = await writeSpaceFolder({ target, bytes, signal }, async (write) => {
    const about = {
      format: 'distrinews-space',
      version: 1,
      kind: 'docker',
      createdAt: new Date().toISOString(),
      title,
      model: {
        runId: origin?.runId ?? null,
        checkpoint: origin?.checkpoint ?? null,
        step: origin?.step ?? null,
        architecture: String(toTransformersConfig(config)['model_type']),
        parameterCount,
        labels: config.labels,
        maxLength,
        precision: 'fp32',
        license,
      },
    } as const
    // region image
    await write.text('README.md', renderSpaceReadme(about))
    await write.text('Dockerfile', dockerfile)
    // A clone of the Space holds every file once more.
    await write.text('.dockerignore', '.git\n')
    // By its name electron/paths.ts knows where the folder begins.
    await write.text('package.json', `${JSON.stringify({ name: 'distrinews-lab', private: true, type: 'module' }, null, 2)}\n`)
    await write.copyAll(parts)
    for (const file of files) await write.copy(`model/${basename(file)}`, file)
    // endregion
    return about
  })
  yield { type: 'done', folder }
}

async function modelFilesOf(directory: string): Promise<string[]> {
  const useful = await Promise.all(
    usefulFiles.map((name) => join(directory, name)).map(async (file) => ((await isThere(file)) ? [file] : [])),
  )
  return [...new Set([...(await decisiveFiles(directory)), ...useful.flat()])]
}

async function isThere(file: string): Promise<boolean> {
  try {
    await stat(file)
    return true
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false
    throw error
  }
}
