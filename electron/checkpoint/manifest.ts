/**
 * `manifest.json` of a checkpoint: which files belong to it, how long they are, and their SHA-256. It is written last, so
 * it vouches for a whole; it is read first, and nothing that it does not vouch for is believed.
 */
import { createHash } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { WrittenFile } from './atomic.ts'
import { systemErrorCode } from './file-errors.ts'
import { FileFormatError, parseUniqueJson } from './strict-json.ts'

export const manifestName = 'manifest.json'

export const checkpointFileNames = [
  'model.safetensors',
  'optimizer.safetensors',
  'state.json',
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
] as const
export type CheckpointFileName = (typeof checkpointFileNames)[number]

const fileEntrySchema = z.strictObject({ bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) })
const manifestSchema = z.strictObject({
  format: z.literal('distrinews-checkpoint'),
  version: z.literal(1),
  files: z.strictObject({
    'model.safetensors': fileEntrySchema,
    'optimizer.safetensors': fileEntrySchema,
    'state.json': fileEntrySchema,
    'config.json': fileEntrySchema,
    'tokenizer.json': fileEntrySchema,
    'tokenizer_config.json': fileEntrySchema,
  }),
})

export const manifestJson = (files: Record<CheckpointFileName, WrittenFile>): string =>
  `${JSON.stringify({ format: 'distrinews-checkpoint', version: 1, files }, null, 2)}\n`

/** Length and SHA-256 of a file, read in pieces so that other work goes on meanwhile. */
async function digestFile(file: string, expectedBytes: number): Promise<string> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    if (size !== expectedBytes) throw new FileFormatError(`it has ${size} bytes instead of ${expectedBytes}`)
    const hash = createHash('sha256')
    const buffer = Buffer.alloc(4 * 1024 * 1024)
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.byteLength, null)
      if (bytesRead === 0) return hash.digest('hex')
      hash.update(buffer.subarray(0, bytesRead))
    }
  } finally {
    await handle.close()
  }
}

const passing = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EACCES', 'EPERM'])

async function inFile<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof FileFormatError) throw new FileFormatError(`${name}: ${error.message}`, { cause: error })
    const code = systemErrorCode(error)
    // That this process may not, or cannot now, is no damage: the checkpoint must not be set aside for it.
    if (code !== null && !passing.has(code))
      throw new FileFormatError(`${name}: ${code === 'ENOENT' ? 'it is missing' : `reading failed with ${code}`}`, { cause: error })
    throw error
  }
}

/** Checks every file of the checkpoint at `directory` against its manifest. Throws `FileFormatError` that names the file. */
export async function verifyManifest(directory: string): Promise<void> {
  const manifest = await inFile(manifestName, async () => {
    const bytes = await readFile(join(directory, manifestName))
    const parsed = manifestSchema.safeParse(parseUniqueJson(bytes))
    if (!parsed.success) throw new FileFormatError(z.prettifyError(parsed.error))
    // Nothing vouches for the manifest; but there is only one way to write it down.
    if (!bytes.equals(Buffer.from(manifestJson(parsed.data.files)))) throw new FileFormatError('it is not as the lab writes it')
    return parsed.data
  })
  for (const name of checkpointFileNames) {
    const entry = manifest.files[name]
    await inFile(name, async () => {
      if ((await digestFile(join(directory, name), entry.bytes)) !== entry.sha256)
        throw new FileFormatError('its SHA-256 is not the one in the manifest')
    })
  }
}
