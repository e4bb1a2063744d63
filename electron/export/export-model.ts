/**
 * A model or checkpoint as a folder that loads elsewhere unchanged: weights, configuration and tokenizer for transformers,
 * three ONNX files for everything else, a model card, and `export.json` with what was measured. The files are measured
 * where they were written, before the folder gets its name: one that does not answer as the engine does never appears.
 */
import { cpus } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import {
  precisions as allPrecisions,
  type ExportFacts,
  type ExportProgress,
  type ExportResult,
  type Precision,
} from '../../shared/domain/export.ts'
import type { RunDetail } from '../../shared/domain/run.ts'
import { type FileSystem, nodeFileSystem } from '../checkpoint/file-system.ts'
import { safetensorsChunks } from '../checkpoint/safetensors.ts'
import { toTransformersConfig } from '../checkpoint/transformers-config.ts'
import { createClassifier } from '../engine/classifier.ts'
import { countParameters } from '../engine/parameter-specs.ts'
import { collectRunReport } from '../report/index.ts'
import { breathe } from './cancel.ts'
import { factsFileName, onnxFolderName, writeFolder, type FolderWriter } from './folder.ts'
import { toHalf } from './half.ts'
import { measure } from './measure.ts'
import { renderModelCard } from './model-card.ts'
import { encodeGraph, initializerBytes, type Graph } from '../onnx/graph.ts'
import { quantize } from './quantize.ts'
import { recordModel } from '../onnx/record-model.ts'
import { MaskLayout } from '../onnx/mask-layout.ts'
import { rowsToMeasure, type MeasuredRows } from './rows.ts'
import { readSource, type ModelSource } from './source.ts'
import { tokenizerFiles } from './tokenizer-files.ts'

export interface ExportOptions {
  /** A model folder or a checkpoint. */
  modelDirectory: string
  /** The folder to be written. */
  target: string
  /** The run that trained it; null: not known. */
  run: RunDetail | null
  /** Which ONNX files; absent: all of them. */
  precisions?: readonly Precision[] | undefined
  /** Of ONNX Runtime, for what is measured. */
  threads: number
  onProgress?: (progress: ExportProgress) => void
  signal?: AbortSignal
  fileSystem?: FileSystem
}

/** As transformers.js looks for them. */
const onnxFiles: Record<Precision, { file: string; title: string; rewrite: (graph: Graph) => Graph }> = {
  fp32: { file: `${onnxFolderName}/model.onnx`, title: 'float32', rewrite: (graph) => graph },
  fp16: { file: `${onnxFolderName}/model_fp16.onnx`, title: 'float16', rewrite: toHalf },
  int8: { file: `${onnxFolderName}/model_quantized.onnx`, title: 'int8', rewrite: quantize },
}

/** One protobuf message holds no more than 2 GiB. */
const maxOnnxBytes = 2 ** 31 - 2 ** 20
/** Logits of float32 differ from the engine's by rounding alone; beyond this, something is wrong. Those of the others are only to be numbers. */
const maxDifference = 1e-3
/** Of the whole export, what is done before measuring begins, about. */
const writingShare = 0.15

/** Bytes of all files together for one parameter: two float32, one float16, one int8. */
const bytesPerParameter = 11

/**
 * Throws MODEL_NOT_FOUND, MODEL_INVALID, CHECKPOINT_CORRUPT, OUTPUT_NOT_WRITABLE, DISK_FULL, NOT_IMPLEMENTED_HERE (too large
 * for an ONNX file), CANCELLED. Whatever is thrown, nothing is left of it and an earlier export is still there.
 */
export async function exportModel(options: ExportOptions): Promise<ExportResult> {
  const { run, precisions = allPrecisions, threads, signal, fileSystem = nodeFileSystem } = options
  const target = resolve(options.target)
  const progress = new Progress(options.onProgress, signal)
  await progress.at('reading the model', 0)
  const source = await readSource(options.modelDirectory, run?.record.config.maxLength ?? null)
  const { arena, tokenizer } = source
  const graph = recordModel(arena.config, (name) => arena.parameter(name), MaskLayout)
  assertEncodable(graph, maxOnnxBytes)
  const rows = await rowsToMeasure(run?.record ?? null, source.config.labels)

  let facts: ExportFacts | undefined
  let bytes = 0
  const parameterCount = countParameters(arena.specs)
  const expectedBytes = parameterCount * bytesPerParameter + 3 * Buffer.byteLength(tokenizer.json)
  await writeFolder(
    target,
    expectedBytes,
    async (directory, writeFile) => {
      const write: FolderWriter = async (name, content) => {
        const written = await writeFile(name, content)
        bytes += written
        return written
      }
      await writeTransformersFiles(source, write, progress)
      const files = []
      for (const [index, precision] of precisions.entries()) {
        const { file, title, rewrite } = onnxFiles[precision]
        await progress.at(`writing ${title}`, writingShare * (0.2 + 0.25 * index))
        const written = await write(file, [encodeGraph(rewrite(graph), source.config.labels.length)])
        files.push({ precision, file, path: join(directory, file), bytes: written })
      }
      facts = await measureFiles(source, files, rows, threads, progress)
      const report = run && collectRunReport(run)
      await write('README.md', renderModelCard({ facts, report, folderName: basename(target) }))
      await write(factsFileName, toJson(facts))
      await progress.at('putting it in its place', 1)
    },
    fileSystem,
  )
  return { path: target, bytes, facts: facts! }
}

async function writeTransformersFiles(
  { config, arena, tokenizer, maxLength }: ModelSource,
  write: FolderWriter,
  progress: Progress,
): Promise<void> {
  await progress.at('writing the weights', writingShare * 0.1)
  const json = toTransformersConfig(config)
  await write('config.json', toJson({ ...json, torch_dtype: 'float32' }))
  for (const [name, text] of Object.entries(tokenizerFiles(tokenizer.json, String(json['model_type']), maxLength))) await write(name, text)
  const tensors = arena.specs.map(({ name, shape }) => ({ name, shape, data: arena.parameter(name) }))
  await write('model.safetensors', safetensorsChunks(tensors, { format: 'pt' }))
}

async function measureFiles(
  { config, arena, tokenizer, maxLength, origin }: ModelSource,
  files: { precision: Precision; file: string; path: string; bytes: number }[],
  rows: MeasuredRows,
  threads: number,
  progress: Progress,
): Promise<ExportFacts> {
  const engine = createClassifier({ config, arena, threads })
  try {
    const { labels } = config
    const onProgress = (share: number): Promise<void> => progress.at('measuring the files', writingShare + (1 - writingShare) * share)
    const measurements = await measure({ files, engine, tokenizer, rows, labels, maxLength, threads, onProgress })
    for (const { precision, largestLogitDifference } of measurements) {
      const most = precision === 'fp32' ? maxDifference : Infinity
      if (!(largestLogitDifference < most)) throw notFaithful(onnxFiles[precision].title, largestLogitDifference)
    }
    return {
      format: 'distrinews-export',
      version: 1,
      createdAt: new Date().toISOString(),
      provenance: 'measured',
      runId: origin?.runId ?? null,
      checkpoint: origin?.checkpoint ?? null,
      step: origin?.step ?? null,
      architecture: String(toTransformersConfig(config)['model_type']),
      parameterCount: countParameters(arena.specs),
      labels,
      maxLength,
      rows: rows.description,
      rowCount: rows.examples.length,
      cpuModel: cpus()[0]?.model ?? 'an unknown CPU',
      threads,
      measurements,
    }
  } finally {
    engine.dispose()
  }
}

/** Tells where the export is, and stops it where that is wished. */
class Progress {
  readonly #tell: ExportOptions['onProgress']
  readonly #signal: AbortSignal | undefined
  #measuringSince: { at: number; fraction: number } | null = null

  constructor(tell: ExportOptions['onProgress'], signal: AbortSignal | undefined) {
    this.#tell = tell
    this.#signal = signal
  }

  async at(stage: string, fraction: number): Promise<void> {
    await breathe(this.#signal)
    // Measuring takes nearly all of the time, and goes on evenly.
    if (fraction >= writingShare) this.#measuringSince ??= { at: performance.now(), fraction }
    this.#tell?.({ stage, fraction, etaMs: this.#etaMs(fraction) })
  }

  #etaMs(fraction: number): number | null {
    const since = this.#measuringSince
    if (!since || fraction - since.fraction < 0.05) return null
    return ((performance.now() - since.at) / (fraction - since.fraction)) * (1 - fraction)
  }
}

const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** Throws NOT_IMPLEMENTED_HERE where the graph's weights are more than one file can hold. */
export function assertEncodable(graph: Graph, limitBytes: number): void {
  const bytes = initializerBytes(graph)
  if (bytes <= limitBytes) return
  throw new LabError({
    code: 'NOT_IMPLEMENTED_HERE',
    title: 'The model is too large for an ONNX file',
    cause: `Its weights are ${(bytes / 1e9).toFixed(2)} GB; one ONNX file holds ${(limitBytes / 1e9).toFixed(2)} GB.`,
    suggestion: 'Use its model folder with transformers in Python, which has no such limit.',
  })
}

const notFaithful = (title: string, difference: number): LabError =>
  new LabError({
    code: 'INTERNAL',
    title: 'The exported model does not answer as the trained one',
    cause: Number.isFinite(difference)
      ? `A logit of the ${title} file differs from the engine's by ${difference}.`
      : `A logit of the ${title} file is no number.`,
    suggestion: 'Nothing was exported. Report this together with the configuration of the run.',
  })
