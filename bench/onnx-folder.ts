/** The part of an exported folder that transformers.js loads, written by the export's own parts without its measurements. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { toTransformersConfig } from '../electron/checkpoint/transformers-config.ts'
import { encodeGraph } from '../electron/onnx/graph.ts'
import { recordModel } from '../electron/onnx/record-model.ts'
import { MaskLayout } from '../electron/onnx/mask-layout.ts'
import { readSource } from '../electron/export/source.ts'
import { tokenizerFiles } from '../electron/export/tokenizer-files.ts'

/** Writes the folder of the model in `modelDirectory` for as long as `use` runs. */
export async function withOnnxFolder<T>(modelDirectory: string, use: (directory: string) => Promise<T>): Promise<T> {
  const parent = await mkdtemp(join(tmpdir(), 'distrinews-bench-'))
  try {
    const { config, arena, tokenizer, maxLength } = await readSource(modelDirectory, null)
    const json = toTransformersConfig(config)
    const files: Record<string, string | Uint8Array> = {
      'config.json': JSON.stringify(json),
      ...tokenizerFiles(tokenizer.json, String(json['model_type']), maxLength),
      'onnx/model.onnx': encodeGraph(
        recordModel(arena.config, (name) => arena.parameter(name), MaskLayout),
        config.labels.length,
      ),
    }
    for (const [name, content] of Object.entries(files)) {
      const path = join(parent, 'model', name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, content)
    }
    return await use(join(parent, 'model'))
  } finally {
    await rm(parent, { recursive: true, force: true })
  }
}
