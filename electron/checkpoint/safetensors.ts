/**
 * Reads and writes safetensors files (https://github.com/huggingface/safetensors): 8 bytes of header length, a JSON header,
 * then the tensors' bytes end to end. Writes F32; reads F32, and F16 and BF16 as F32. The reader believes nothing: a length is compared with the size of the
 * file before anything is allocated for it, and overlaps, holes, duplicates and wrong sizes are refused. Every machine that
 * Node runs on here is little-endian, as the format is.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { z } from 'zod'
import { writeFileDurable, type WrittenFile } from './atomic.ts'
import { type FileSystem, nodeFileSystem } from './file-system.ts'
import { bfloatToFloat, halfToFloat } from './half.ts'
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

/** A tensor as the header describes it. */
export interface TensorEntry {
  name: string
  dtype: DType
  shape: number[]
}

const maxHeaderBytes = 16 * 1024 * 1024
/** Bytes of one number, of every type that the format knows. */
const bytesPerNumber = {
  ...{ F64: 8, F32: 4, F16: 2, BF16: 2, F8_E4M3: 1, F8_E5M2: 1 },
  ...{ I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1 },
} as const
export type DType = keyof typeof bytesPerNumber
const dtypes = Object.keys(bytesPerNumber) as [DType, ...DType[]]

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
  dtype: z.enum(dtypes),
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

type PlacedEntry = TensorEntry & { begin: number; end: number }

/** Entries in the order of their bytes, checked to tile `dataBytes` exactly. */
function checkedEntries(header: ReadonlyMap<string, unknown>, dataBytes: number): PlacedEntry[] {
  const entries = [...header]
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]): PlacedEntry => {
      const parsed = entrySchema.safeParse(value)
      if (!parsed.success) throw new FileFormatError(`tensor ${name}: ${z.prettifyError(parsed.error)}`)
      const [begin, end] = parsed.data.data_offsets
      const { dtype, shape } = parsed.data
      if (elementCount(shape) * BigInt(bytesPerNumber[dtype]) !== BigInt(end - begin)) {
        throw new FileFormatError(`tensor ${name}: shape [${shape.join(', ')}] of ${dtype} does not fit ${end - begin} bytes`)
      }
      return { name, dtype, shape, begin, end }
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
function allocate(count: number): Float32Array {
  try {
    return new Float32Array(count)
  } catch (error) {
    throw new FileFormatError(`its ${count} numbers do not fit into this machine's memory`, { cause: error })
  }
}

/** Numbers converted at a time. */
const chunkLength = 1024 * 1024

/** An open file: its header has been read and checked, its numbers are read when they are asked for. */
export class SafetensorsFile {
  readonly metadata: Record<string, string>
  readonly entries: readonly TensorEntry[]
  readonly #handle: FileHandle
  readonly #placed: readonly PlacedEntry[]
  readonly #dataStart: number

  /** Throws `FileFormatError` where the file is not exactly what it claims. */
  static async open(file: string): Promise<SafetensorsFile> {
    const handle = await open(file, 'r')
    try {
      const fileBytes = (await handle.stat()).size
      const { header, dataStart } = await readHeader(handle, fileBytes)
      const metadata = metadataSchema.safeParse(header.get('__metadata__') ?? {})
      if (!metadata.success) throw new FileFormatError('__metadata__ is not a map of strings')
      return new SafetensorsFile(handle, metadata.data, checkedEntries(header, fileBytes - dataStart), dataStart)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  private constructor(handle: FileHandle, metadata: Record<string, string>, placed: readonly PlacedEntry[], dataStart: number) {
    this.#handle = handle
    this.metadata = metadata
    this.entries = placed
    this.#placed = placed
    this.#dataStart = dataStart
  }

  /** The tensors that `wanted` names; the others need not be weights. All are views of one buffer. Throws `FileFormatError`. */
  async read(wanted: (name: string) => boolean): Promise<Map<string, TensorData>> {
    const chosen = this.#placed.filter(({ name }) => wanted(name))
    const countOf = ({ begin, end, dtype }: PlacedEntry): number => (end - begin) / bytesPerNumber[dtype]
    const numbers = allocate(chosen.reduce((sum, entry) => sum + countOf(entry), 0))
    const tensors = new Map<string, TensorData>()
    let start = 0
    for (const entry of chosen) {
      const data = numbers.subarray(start, (start += countOf(entry)))
      await this.#readNumbers(entry, data)
      tensors.set(entry.name, { shape: entry.shape, data })
    }
    return tensors
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  async #readNumbers({ name, dtype, begin }: PlacedEntry, target: Float32Array): Promise<void> {
    const position = this.#dataStart + begin
    if (dtype === 'F32') return readFully(this.#handle, new Uint8Array(target.buffer, target.byteOffset, target.byteLength), position)
    if (dtype !== 'F16' && dtype !== 'BF16') throw new FileFormatError(`tensor ${name}: only F32, F16 and BF16 are read, not ${dtype}`)
    const convert = dtype === 'F16' ? halfToFloat : bfloatToFloat
    const halves = new Uint16Array(Math.min(chunkLength, target.length))
    for (let from = 0; from < target.length; from += chunkLength) {
      const part = halves.subarray(0, Math.min(chunkLength, target.length - from))
      await readFully(this.#handle, new Uint8Array(part.buffer, 0, part.byteLength), position + from * bytesPerNumber[dtype])
      convert(part, target.subarray(from, from + part.length))
    }
  }
}

/** Reads a whole file. Throws `FileFormatError` where it is not exactly what it claims. */
export async function readSafetensors(file: string): Promise<SafetensorsContent> {
  const opened = await SafetensorsFile.open(file)
  try {
    return { tensors: await opened.read(() => true), metadata: opened.metadata }
  } finally {
    await opened.close()
  }
}
