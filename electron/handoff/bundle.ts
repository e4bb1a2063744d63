/**
 * The way out to PyTorch: a folder with which `torchrun` trains what the lab would, on GPUs the lab cannot reach. It holds
 * the rows tokenized as the lab's ranks would see them, the weights that its ranks would begin with, the configuration, and
 * plain PyTorch code that writes files the lab can import (`import-run.ts`).
 */
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import type { RunConfig } from '../../shared/domain/run-config.ts'
import type { RunRecord } from '../../shared/domain/run.ts'
import { writeFileAtomic } from '../checkpoint/atomic.ts'
import { makeDirectory } from '../checkpoint/make-directory.ts'
import { writeModelFolder } from '../checkpoint/model-folder.ts'
import { writeNewFolder } from '../checkpoint/new-folder.ts'
import { singleProcessGroup } from '../collectives/single.ts'
import { tokenizerConfigJson } from '../data/tokenizer-json.ts'
import type { Example, TokenizedExamples } from '../data/types.ts'
import { digestOf } from '../ddp/digest.ts'
import { frozenDepths } from '../engine/fine-tuning.ts'
import { countParameters, ParameterArena } from '../engine/parameters.ts'
import { initialModel } from '../rank/initial-model.ts'
import { loadRows, tokenizeRows } from '../rank/run-data.ts'
import { shareTokenizer } from '../rank/vocabulary.ts'
import { generateRunId } from '../supervisor/run-id.ts'
import { bundleReadme } from './bundle-readme.ts'
import { bundleFiles, executableFiles } from './files.ts'

export interface BundleOptions {
  /** What torchrun will train; device and ranks are decided where it runs. */
  config: RunConfig
  /** Of the pretrained model that it begins with; null for a preset. */
  modelDirectory: string | null
  /** New or empty. */
  directory: string
  /** Vocabularies trained earlier are looked up here. */
  cacheDirectory: string
  /** The command that makes this bundle again. */
  command: string
}

/**
 * Writes the bundle, wholly or not at all. Throws the DATA_… errors of the data, CONFIG_INVALID, OUTPUT_NOT_WRITABLE and DISK_FULL.
 */
export async function writeTorchBundle({ config, modelDirectory, directory, cacheDirectory, command }: BundleOptions): Promise<RunRecord> {
  if (config.targetAccuracy !== undefined) throw noTarget()
  const initial = await initialModel({ config, modelDirectory, resumeFrom: null })
  const rows = await loadRows(config)
  const id = generateRunId(config.model, new Date())
  let record: RunRecord | undefined
  await writeNewFolder(directory, async (folder) => {
    const modelFolder = join(folder, 'model')
    await makeDirectory(modelFolder)
    const tokenizer = await shareTokenizer({
      group: singleProcessGroup(),
      runDirectory: modelFolder,
      cacheDirectory,
      resumeFrom: null,
      train: rows.train,
      vocabSize: initial.vocabSize,
      tokenizerJson: initial.tokenizerJson,
      onTraining: () => undefined,
    })
    const tokens = tokenizeRows(rows, tokenizer, config.maxLength)
    const modelConfig = initial.configFor(rows.card.labels, tokenizer.vocabSize)
    const arena = new ParameterArena(modelConfig, frozenDepths(config.freeze, modelConfig))
    const notes = await initial.fill(arena)
    await writeModelFolder(modelFolder, {
      config: modelConfig,
      tensors: arena.specs.map(({ name, shape }) => ({ name, shape, data: arena.parameter(name) })),
      tokenizerJson: tokenizer.json,
      tokenizerConfigJson: tokenizerConfigJson(config.maxLength, tokenizer.normalizer, modelConfig.architecture),
      lab: {
        format: 1,
        runId: id,
        checkpoint: 'step-000000',
        step: 0,
        epoch: 0,
        maxLength: config.maxLength,
        validationAccuracy: null,
        createdAt: new Date().toISOString(),
      },
    })
    await makeDirectory(join(folder, 'data'))
    await writeFileAtomic(join(folder, 'data', 'train.jsonl'), jsonLines(rows.train, tokens.train))
    await writeFileAtomic(join(folder, 'data', 'validation.jsonl'), jsonLines(rows.validation, tokens.validation))
    record = {
      format: 1,
      id,
      createdAt: new Date().toISOString(),
      endedAt: null,
      config,
      state: 'starting',
      supervisorPid: null,
      error: null,
      attempt: 1,
      command,
      hardware: { cpuModel: '', cpuCores: 0, ramBytes: 0, os: '', gpus: [], backends: [], versions: {} },
      dataset: rows.card,
      trainCount: rows.train.length,
      validationCount: rows.validation.length,
      tokenizerDigest: tokenizer.digest,
      firstWeightsDigest: digestOf(arena.parameters),
      lastWeightsDigest: null,
      modelConfig,
      parameterCount: countParameters(arena.specs),
      trainableParameterCount: countParameters(arena.trainable),
      threadsPerRank: null,
      totalSteps: null,
      timeToFirstStepMs: null,
      notes,
      checkpoint: null,
      incidents: [],
      imported: null,
    }
    await writeFileAtomic(
      join(folder, 'bundle.json'),
      `${JSON.stringify({ format: 'distrinews-torch-bundle', version: 1, record }, null, 2)}\n`,
    )
    await writeFileAtomic(join(folder, 'README.md'), bundleReadme(record))
    for (const [name, text] of Object.entries(bundleFiles(modelConfig.architecture))) await writeFileAtomic(join(folder, name), text)
    for (const name of executableFiles) await chmod(join(folder, name), 0o755)
  })
  return record!
}

/** One JSON object a row, in pieces of a few hundred rows. */
function* jsonLines(examples: readonly Example[], { ids }: TokenizedExamples): Generator<Uint8Array> {
  const rowsPerPiece = 500
  for (let start = 0; start < examples.length; start += rowsPerPiece) {
    const piece = examples
      .slice(start, start + rowsPerPiece)
      .map(({ label, text }, index) => `${JSON.stringify({ label, text, ids: [...ids[start + index]!] })}\n`)
    yield Buffer.from(piece.join(''))
  }
}

const noTarget = (): LabError =>
  new LabError({
    code: 'CONFIG_INVALID',
    title: 'A target accuracy cannot be handed over to torchrun',
    cause: 'Its train_ddp.py validates after each epoch only, and goes on to the last.',
    suggestion: 'Leave the target out, or train it in the lab.',
  })
