/**
 * Reads and writes safetensors files (https://github.com/huggingface/safetensors), F32 only: 8 bytes of header length, a
 * JSON header, then the tensors' bytes end to end. The reader believes nothing: a length is compared with the size of the
 * file before anything is allocated for it, and overlaps, holes, duplicates and wrong sizes are refused. Every machine that
 * Node runs on here is little-endian, as the format is.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { z } from 'zod'
import { writeFileDurable, type WrittenFile } from './atomic.ts'
import { type FileSystem, nodeFileSystem } from './file-system.ts'
import { FileFormatError, parseUniqueJson } from './strict-json.ts'

export interface TensorData {
  shape: number[]
  data: Float32Array
}

export interface NamedTensor {
  name: string
  shape: readonly number[]
  data: Float32Array
}

export interface SafetensorsContent {
  tensors: Map<string, TensorData>
  metadata: Record<string, string>
}

const maxHeaderBytes = 16 * 1024 * 1024
const bytesPerFloat = 4

/** BigInt: a product of sizes from a file may be larger than a number can hold exactly. */
const elementCount = (shape: readonly number[]): bigint => shape.reduce((product, size) => product * BigInt(size), 1n)

/** The bytes of a safetensors file, piece by piece; the tensors' own memory is handed out, not copied. */
export function* safetensorsChunks(tensors: Iterable<NamedTensor>, metadata: Record<string, string>): Generator<Uint8Array> {
  const list = [...tensors]
  const header = new Map<string, unknown>([['__metadata__', metadata]])
  let end = 0
  for (const { name, shape, data } of list) {
    if (header.has(name)) throw new Error(`tensor ${name} given twice`)
    if (elementCount(shape) !== BigInt(data.length))
      throw new Error(`tensor ${name}: shape [${shape.join(', ')}] does not hold ${data.length} numbers`)
    const begin = end
    end += data.byteLength
    header.set(name, { dtype: 'F32', shape, data_offsets: [begin, end] })
  }
  const json = JSON.stringify(Object.fromEntries(header))
  // Spaces pad the header so that the tensors begin at a multiple of 8 bytes.
  const text = Buffer.from(json + ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8))
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(BigInt(text.byteLength))
  yield prefix
  yield text
  for (const { data } of list) yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** Writes a new file (not atomic: see `writeFileAtomic(file, safetensorsChunks(…))`). */
export async function writeSafetensors(
  file: string,
  tensors: Iterable<NamedTensor>,
  metadata: Record<string, string>,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<WrittenFile> {
  return writeFileDurable(file, safetensorsChunks(tensors, metadata), fileSystem)
}

const sizeSchema = z.int().min(0)
const entrySchema = z.strictObject({
  dtype: z.literal('F32', { error: 'only F32 is supported' }),
  shape: z.array(sizeSchema).max(8),
  data_offsets: z.tuple([sizeSchema, sizeSchema]),
})
const metadataSchema = z.record(z.string(), z.string())

async function readFully(handle: FileHandle, target: Uint8Array, position: number): Promise<void> {
  for (let offset = 0; offset < target.byteLength;) {
    const { bytesRead } = await handle.read(target, offset, target.byteLength - offset, position + offset)
    if (bytesRead === 0) throw new FileFormatError('the file ends too early')
    offset += bytesRead
  }
}

async function readHeader(handle: FileHandle, fileBytes: number): Promise<{ header: Map<string, unknown>; dataStart: number }> {
  if (fileBytes < 8) throw new FileFormatError(`${fileBytes} bytes are too few for a safetensors file`)
  const prefix = Buffer.alloc(8)
  await readFully(handle, prefix, 0)
  const claimed = prefix.readBigUInt64LE()
  if (claimed > BigInt(maxHeaderBytes)) throw new FileFormatError(`the header claims ${claimed} bytes, more than ${maxHeaderBytes}`)
  const headerBytes = Number(claimed)
  if (8 + headerBytes > fileBytes) throw new FileFormatError(`the header claims ${headerBytes} bytes, the file has ${fileBytes}`)
  const text = Buffer.alloc(headerBytes)
  await readFully(handle, text, 8)
  // A map: tensors are named by whoever made the file, and "__proto__" is a name like any other.
  return { header: new Map(Object.entries(parseUniqueJson(text))), dataStart: 8 + headerBytes }
}

/** Entries in the order of their bytes, checked to tile `dataBytes` exactly. */
function checkedEntries(
  header: ReadonlyMap<string, unknown>,
  dataBytes: number,
): { name: string; shape: number[]; begin: number; end: number }[] {
  const entries = [...header]
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => {
      const parsed = entrySchema.safeParse(value)
      if (!parsed.success) throw new FileFormatError(`tensor ${name}: ${z.prettifyError(parsed.error)}`)
      const [begin, end] = parsed.data.data_offsets
      const { shape } = parsed.data
      if (elementCount(shape) * BigInt(bytesPerFloat) !== BigInt(end - begin)) {
        throw new FileFormatError(`tensor ${name}: shape [${shape.join(', ')}] does not fit ${end - begin} bytes`)
      }
      return { name, shape, begin, end }
    })
    .sort((a, b) => a.begin - b.begin || a.end - b.end)
  let position = 0
  for (const { name, begin, end } of entries) {
    if (begin !== position) throw new FileFormatError(`tensor ${name} begins at ${begin}, expected ${position}: a hole or an overlap`)
    position = end
  }
  if (position !== dataBytes) throw new FileFormatError(`the tensors cover ${position} bytes, the file holds ${dataBytes}`)
  return entries
}

/** Only now that every byte of the file is accounted for. */
function allocate(bytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes)
  } catch (error) {
    throw new FileFormatError(`its ${bytes} bytes of numbers do not fit into this machine's memory`, { cause: error })
  }
}

/** What the file says of itself, without its tensors. Throws `FileFormatError`. */
export async function readSafetensorsMetadata(file: string): Promise<Record<string, string>> {
  const handle = await open(file, 'r')
  try {
    const { header } = await readHeader(handle, (await handle.stat()).size)
    return metadataOf(header)
  } finally {
    await handle.close()
  }
}

function metadataOf(header: ReadonlyMap<string, unknown>): Record<string, string> {
  const metadata = metadataSchema.safeParse(header.get('__metadata__') ?? {})
  if (!metadata.success) throw new FileFormatError('__metadata__ is not a map of strings')
  return metadata.data
}

/** Reads a whole file. All tensors are views of one buffer. Throws `FileFormatError` where the file is not exactly what it claims. */
export async function readSafetensors(file: string): Promise<SafetensorsContent> {
  const handle = await open(file, 'r')
  try {
    const fileBytes = (await handle.stat()).size
    const { header, dataStart } = await readHeader(handle, fileBytes)
    const metadata = metadataOf(header)
    const entries = checkedEntries(header, fileBytes - dataStart)
    const data = allocate(fileBytes - dataStart)
    await readFully(handle, new Uint8Array(data), dataStart)
    const tensors = new Map(
      entries.map(({ name, shape, begin, end }) => [name, { shape, data: new Float32Array(data, begin, (end - begin) / bytesPerFloat) }]),
    )
    return { tensors, metadata }
  } finally {
    await handle.close()
  }
}
