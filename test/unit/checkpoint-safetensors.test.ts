/** The safetensors reader takes what the writer writes and nothing that lies about itself. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSafetensors, safetensorsChunks, writeSafetensors } from '../../electron/checkpoint/safetensors.ts'
import { FileFormatError } from '../../electron/checkpoint/strict-json.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const tensors = [
  { name: 'a.weight', shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 1e-40, Number.MAX_VALUE, -0) },
  { name: 'empty', shape: [0], data: new Float32Array(0) },
  { name: 'scalar', shape: [], data: Float32Array.of(7) },
]

/** A file with this header and `dataBytes` zero bytes of data. */
async function fileOf(header: string | Uint8Array, dataBytes: number, claimedHeaderBytes?: bigint): Promise<string> {
  const text = Buffer.from(header)
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(claimedHeaderBytes ?? BigInt(text.byteLength))
  const file = join(await temporaryDirectory(), 'x.safetensors')
  await writeFile(file, Buffer.concat([prefix, text, Buffer.alloc(dataBytes)]))
  return file
}

const entry = (shape: number[], begin: number, end: number, dtype = 'F32') => ({ dtype, shape, data_offsets: [begin, end] })

describe('safetensors', () => {
  it('gives back names, shapes, metadata and the very bits', async () => {
    const file = join(await temporaryDirectory(), 'x.safetensors')
    await writeSafetensors(file, tensors, { format: 'pt', step: '12' })
    const read = await readSafetensors(file)
    expect(read.metadata).toEqual({ format: 'pt', step: '12' })
    expect([...read.tensors.keys()].sort()).toEqual(['a.weight', 'empty', 'scalar'])
    for (const { name, shape, data } of tensors) {
      expect(read.tensors.get(name)?.shape).toEqual(shape)
      expect(Buffer.from(read.tensors.get(name)!.data.slice().buffer)).toEqual(Buffer.from(data.slice().buffer))
    }
  })

  it('begins the tensors at a multiple of eight bytes', async () => {
    for (const name of ['a', 'ab', 'abc', 'abcd', 'ä']) {
      const [, header] = [...safetensorsChunks([{ name, shape: [1], data: Float32Array.of(1) }], {})]
      expect(header!.byteLength % 8).toBe(0)
    }
  })

  it('refuses to write a name twice or a shape that does not fit', async () => {
    const one = { name: 'a', shape: [1], data: Float32Array.of(1) }
    expect(() => [...safetensorsChunks([one, one], {})]).toThrow(/twice/)
    expect(() => [...safetensorsChunks([{ ...one, shape: [2] }], {})]).toThrow(/does not hold/)
  })

  it('reads views over a part of a larger memory as they are', async () => {
    const file = join(await temporaryDirectory(), 'x.safetensors')
    const memory = Float32Array.of(0, 1, 2, 3, 4)
    await writeSafetensors(file, [{ name: 'a', shape: [2], data: memory.subarray(2, 4) }], {})
    expect([...(await readSafetensors(file)).tensors.get('a')!.data]).toEqual([2, 3])
  })

  const twoFloats = JSON.stringify({ a: entry([1], 0, 4), b: entry([1], 4, 8) })
  const damaged: [string, () => Promise<string>, RegExp][] = [
    ['an empty file', () => fileOf('', 0).then(async (file) => (await writeFile(file, ''), file)), /too few/],
    ['a header length beyond the file', () => fileOf(twoFloats, 8, 1_000n), /claims/],
    ['a header length beyond all reason', () => fileOf(twoFloats, 8, 0xffffffffffffffffn), /claims/],
    ['a header that is not JSON', () => fileOf('{"a":', 0), /JSON/],
    ['a header that is not UTF-8', () => fileOf(Uint8Array.of(0x7b, 0xff, 0x7d), 0), /JSON/],
    ['a header that is a list', () => fileOf('[]', 0), /object/],
    [
      'a tensor given twice',
      () => fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
      /twice/,
    ],
    ['a shape given twice', () => fileOf('{"a":{"dtype":"F32","shape":[1],"shape":[2],"data_offsets":[0,8]}}', 8), /twice/],
    ['a header beyond 16 MiB', () => fileOf(' '.repeat(16 * 1024 * 1024 + 1), 0), /more than 16777216/],
    [
      'sizes beyond exact numbers, one of them zero',
      () => fileOf(JSON.stringify({ a: entry([2 ** 60, 2 ** 60, 0], 0, 0) }), 0),
      /tensor a/,
    ],
    [
      'sizes whose product a number would round',
      () => fileOf(JSON.stringify({ a: entry([3, 3_002_399_751_580_331], 0, 8) }), 8),
      /does not fit/,
    ],
    ['nine dimensions', () => fileOf(JSON.stringify({ a: entry([1, 1, 1, 1, 1, 1, 1, 1, 1], 0, 4) }), 4), /tensor a/],
    ['a part of a number', () => fileOf(JSON.stringify({ a: entry([1.5], 0, 6) }), 6), /tensor a/],
    ['something else than a description', () => fileOf('{"a":[]}', 0), /tensor a/],
    ['a key that the format does not have', () => fileOf('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"x":1}}', 0), /tensor a/],
    ['a hole between tensors', () => fileOf(JSON.stringify({ a: entry([1], 0, 4), b: entry([1], 8, 12) }), 12), /hole/],
    ['overlapping tensors', () => fileOf(JSON.stringify({ a: entry([2], 0, 8), b: entry([1], 4, 8) }), 8), /overlap/],
    ['tensors that do not begin at zero', () => fileOf(JSON.stringify({ a: entry([1], 4, 8) }), 8), /hole/],
    ['a shape that does not fit its bytes', () => fileOf(JSON.stringify({ a: entry([3], 0, 8) }), 8), /does not fit/],
    ['sizes whose product overflows', () => fileOf(JSON.stringify({ a: entry([2 ** 52, 2 ** 52], 0, 8) }), 8), /does not fit/],
    ['a negative size', () => fileOf(JSON.stringify({ a: entry([-1, -2], 0, 8) }), 8), /tensor a/],
    ['an end before the begin', () => fileOf(JSON.stringify({ a: entry([0], 8, 4) }), 8), /does not fit/],
    ['another number type', () => fileOf(JSON.stringify({ a: entry([1], 0, 4, 'I32') }), 4), /only F32/],
    ['bytes after the last tensor', () => fileOf(twoFloats, 12), /cover 8 bytes/],
    ['too few bytes for the tensors', () => fileOf(twoFloats, 4), /cover 8 bytes/],
    ['metadata that is not text', () => fileOf('{"__metadata__":{"a":1}}', 0), /__metadata__/],
  ]
  it.each(damaged)('refuses %s', async (_what, make, message) => {
    const file = await make()
    await expect(readSafetensors(file)).rejects.toThrow(FileFormatError)
    await expect(readSafetensors(file)).rejects.toThrow(message)
  })

  it('takes a tensor of any name, also one that objects have themselves', async () => {
    const header = `{"__proto__":${JSON.stringify(entry([1], 0, 4))},"constructor":${JSON.stringify(entry([1], 4, 8))}}`
    expect([...(await readSafetensors(await fileOf(header, 8))).tensors.keys()]).toEqual(['__proto__', 'constructor'])
  })

  it('refuses every shorter version of a file', async () => {
    const file = join(await temporaryDirectory(), 'x.safetensors')
    await writeSafetensors(file, tensors, {})
    const bytes = await readFile(file)
    for (let length = 0; length < bytes.byteLength; length++) {
      await writeFile(file, bytes.subarray(0, length))
      await expect(readSafetensors(file)).rejects.toThrow(FileFormatError)
    }
  })
})
