/** The folder of an export: what it may hold, and how it comes to its place (`checkpoint/replace-folder.ts`). */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { exportFactsSchema } from '../../shared/domain/export.ts'
import { syncDirectory, writeFileDurable } from '../checkpoint/atomic.ts'
import { type FileSystem, nodeFileSystem } from '../checkpoint/file-system.ts'
import { holds, replaceFolder, type FolderKind } from '../checkpoint/replace-folder.ts'
import { readSmallFile } from '../checkpoint/small-file.ts'
import { parseUniqueJson } from '../checkpoint/strict-json.ts'

export const onnxFolderName = 'onnx'
export const factsFileName = 'export.json'

/** Everything that an export may hold, and what makes a folder one of ours. */
const topNames: readonly string[] = [
  'README.md',
  'config.json',
  factsFileName,
  'model.safetensors',
  onnxFolderName,
  'special_tokens_map.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.txt',
]
const onnxNames: readonly string[] = ['model.onnx', 'model_fp16.onnx', 'model_quantized.onnx']

const exportFolder: FolderKind = {
  what: 'the export',
  rule: 'An export replaces only an earlier export.',
  async whyNotOurs(target, names) {
    const strangers = names.filter((name) => !topNames.includes(name))
    if (names.includes(onnxFolderName)) {
      const inside = await readdir(join(target, onnxFolderName)).catch(() => ['what is no folder'])
      strangers.push(...inside.filter((name) => !onnxNames.includes(name)).map((name) => `${onnxFolderName}/${name}`))
    }
    if (strangers.length > 0) return holds(strangers)
    return (await hasFacts(target)) ? null : `it has no ${factsFileName} that an export of the lab would have`
  },
}

export type FolderWriter = (name: string, content: string | Iterable<Uint8Array>) => Promise<number>

/** Calls `fill` with the temporary folder and a function that writes a file into it. Otherwise as `replaceFolder`. */
export async function writeFolder(
  target: string,
  bytes: number,
  fill: (directory: string, write: FolderWriter) => Promise<void>,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<void> {
  const fillWithOnnx = async (temporary: string): Promise<void> => {
    await fileSystem.mkdir(join(temporary, onnxFolderName))
    await fill(temporary, async (name, content) => {
      const chunks = typeof content === 'string' ? [Buffer.from(content)] : content
      return (await writeFileDurable(join(temporary, name), chunks, fileSystem)).bytes
    })
    await syncDirectory(join(temporary, onnxFolderName), fileSystem)
  }
  await replaceFolder(exportFolder, target, bytes, fillWithOnnx, fileSystem)
}

async function hasFacts(target: string): Promise<boolean> {
  try {
    return exportFactsSchema.safeParse(parseUniqueJson(await readSmallFile(join(target, factsFileName)))).success
  } catch {
    return false
  }
}
