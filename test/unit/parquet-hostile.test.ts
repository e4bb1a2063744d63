/** Parquet files that are cut short, lie about their sizes or grow beyond all measure: each gets its typed error, in time. */
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { parquetMetadata } from 'hyparquet'
import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { boundedCodecs } from '../../electron/data/parquet-codecs.ts'
import { parquetTable } from '../../electron/data/parquet.ts'
import { labelledRows } from '../../electron/data/labelled-rows.ts'
import { zstdUpperBound } from '../../electron/data/zstd-bound.ts'
import { LabError, type LabErrorInfo } from '../../shared/contract/errors.ts'
import type { BadRowPolicy } from '../../shared/domain/run-config.ts'

type Codecs = NonNullable<Parameters<typeof parquetWriteBuffer>[0]['compressors']>
type Codec = keyof Codecs

/** `compress` may return anything: the writer records its length and believes it. */
const write = (columnData: ColumnSource[], codec: Codec = 'UNCOMPRESSED', compress = (page: Uint8Array) => page): Buffer =>
  Buffer.from(parquetWriteBuffer({ columnData, codec, compressors: { [codec]: compress } as Codecs }))

const rowCount = 200
const texts = Array.from({ length: rowCount }, (_, row) => `headline number ${row}`)
const news = (changed: string[] = texts): ColumnSource[] => [
  { name: 'text', data: changed, type: 'STRING' },
  { name: 'label', data: changed.map((_, row) => (row % 2 ? 'A' : 'B')), type: 'STRING' },
]

async function errorOf(work: Promise<unknown> | (() => unknown)): Promise<LabErrorInfo> {
  try {
    await (typeof work === 'function' ? work() : work)
  } catch (error) {
    if (error instanceof LabError) return error.info
    throw error
  }
  throw new Error('no error')
}
const refusal = (bytes: Uint8Array): Promise<LabErrorInfo> => errorOf(parquetTable(bytes, 'news.parquet'))

/** `bytes` with the first `from` written over by `to`, of the same length. */
function replaced(bytes: Buffer, from: Buffer, to: Buffer): Buffer {
  const at = bytes.indexOf(from)
  expect(at, 'there to be replaced').toBeGreaterThan(-1)
  expect(to).toHaveLength(from.length)
  return Buffer.concat([bytes.subarray(0, at), to, bytes.subarray(at + from.length)])
}

const varint = (value: number): Buffer => {
  const bytes = []
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80)
  return Buffer.from([...bytes, value])
}
const zigzag = (value: number): Buffer => varint(2 * value)

/** A frame of Zstandard that repeats one byte, 128 KiB for each four bytes of it. */
const zstdBomb = (blocks: number): Buffer => {
  const block = (last: boolean): Buffer => {
    const header = (last ? 1 : 0) | (1 << 1) | ((128 * 1024) << 3)
    return Buffer.from([header & 0xff, (header >> 8) & 0xff, header >> 16, 0x41])
  }
  // No size is announced: the window is 128 KiB.
  return Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]),
    ...Array.from({ length: blocks }, (_, index) => block(index === blocks - 1)),
  ])
}

describe('texts written as endings of those before', () => {
  const delta = (data: string[]): Buffer =>
    Buffer.from(
      parquetWriteBuffer({
        columnData: [
          { name: 'text', data, type: 'STRING', encoding: 'DELTA_BYTE_ARRAY' },
          { name: 'label', data: data.map((_, row) => (row % 2 ? 'A' : 'B')), type: 'STRING' },
        ],
        codec: 'UNCOMPRESSED',
        pageSize: 2 ** 31,
      }),
    )

  it('are read', async () => {
    const { records } = await parquetTable(delta(texts), 'news.parquet')
    expect(records.map(([text]) => text)).toEqual(texts)
  })

  it('are refused where a small page unfolds beyond the limits', async () => {
    const longest = 'a'.repeat(40_000)
    const bomb = delta(Array.from(longest, (_, row) => longest.slice(0, row)))
    expect(bomb.length).toBeLessThan(200_000)
    expect(await refusal(bomb)).toMatchObject({ code: 'DATA_UNREADABLE', cause: expect.stringContaining('DELTA_BYTE_ARRAY') as string })
  })
})

describe('a Parquet file that is not whole', () => {
  it('is refused at whichever byte it was cut', async () => {
    const whole = write(news())
    expect((await parquetTable(whole, 'news.parquet')).records).toHaveLength(rowCount)
    for (let length = 0; length < whole.length; length += 97)
      expect(['DATA_UNREADABLE', 'DATA_EMPTY'], String(length)).toContain((await refusal(whole.subarray(0, length))).code)
    expect(await refusal(whole.subarray(0, -1))).toMatchObject({ suggestion: expect.stringContaining('cut short') as string })
  })

  it('is refused where its middle is missing and its end is whole', async () => {
    const whole = write(news())
    expect((await refusal(Buffer.concat([whole.subarray(0, 100), whole.subarray(3000)]))).code).toBe('DATA_UNREADABLE')
  })
})

describe('a Parquet file that claims too much', () => {
  it('of columns', async () => {
    const wide = write(Array.from({ length: 5000 }, (_, index) => ({ name: `c${index}`, data: ['a'] })))
    expect(await refusal(wide)).toMatchObject({ code: 'DATA_UNREADABLE', cause: expect.stringContaining('5,000 columns') as string })
  })

  it('of bytes, once decompressed: by the size that a page gives', async () => {
    // As many bytes in the header for a size of 1 GB as for this one.
    const page = 2 ** 27 + 1000
    const bytes = write([{ name: 'text', data: ['x'.repeat(page), 'y'], type: 'STRING' }, ...news(['a', 'b']).slice(1)], 'GZIP', () =>
      Buffer.alloc(100),
    )
    const header = sizeField(bytes)
    expect((await refusal(replaced(bytes, zigzag(header), zigzag(1_000_000_000)))).cause).toMatch(/one page more than 256 MiB/)
  })

  it('of a Zstandard page, by its blocks, whatever the header of the page says', async () => {
    const bomb = zstdBomb(10_000)
    expect(zstdUpperBound(bomb)).toBe(10_000 * 128 * 1024)
    const refused = await refusal(write(news(), 'ZSTD', () => bomb))
    expect(refused).toMatchObject({ code: 'DATA_UNREADABLE', cause: expect.stringContaining('beyond all measure') as string })
  })

  it('of rows', async () => {
    const bytes = write(news())
    const { num_rows: rows } = parquetMetadata(new Uint8Array(bytes).buffer)
    expect(Number(rows)).toBe(rowCount)
    const end = bytes.subarray(-400)
    const more = Buffer.concat([bytes.subarray(0, -400), replaced(end, zigzag(rowCount), zigzag(rowCount + 1000))])
    expect((await refusal(more)).code).toBe('DATA_UNREADABLE')
  })
})

/** The uncompressed size in the first page's header: its second field, after four bytes of magic. */
function sizeField(bytes: Buffer): number {
  // Field 1: 0x15 and the kind of page; field 2: 0x15 and the size.
  expect([bytes[4], bytes[6]]).toEqual([0x15, 0x15])
  let value = 0
  for (let at = 7, shift = 1; ; at++, shift *= 128) {
    value += (bytes[at]! & 0x7f) * shift
    if (bytes[at]! < 0x80) return value / 2
  }
}

describe('a codec gives what the page says and no more', () => {
  const length = 1000
  const bomb = Buffer.alloc(64 * 1024 * 1024, 'a')

  it.each([
    ['GZIP', gzipSync(bomb)],
    ['BROTLI', brotliCompressSync(bomb)],
  ] as const)('%s stops at the size of the page', (codec, page) => {
    expect(page.length).toBeLessThan(100_000)
    const before = process.memoryUsage().arrayBuffers
    expect(() => boundedCodecs[codec]!(page, length)).toThrow(/larger than 1000 bytes/)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024)
  })

  it.each([
    ['GZIP', (page: Uint8Array) => gzipSync(page)],
    ['BROTLI', (page: Uint8Array) => brotliCompressSync(page)],
    ['LZ4', hadoopLz4],
    ['LZ4_RAW', literalLz4],
  ] as const)('%s still reads what is honest', async (codec, compress) => {
    const { records } = await parquetTable(write(news(), codec, compress), 'news.parquet')
    expect(records.map(([text]) => text)).toEqual(texts)
  })

  it('LZ4 with a negative size comes to an end', () => {
    const page = Buffer.alloc(24)
    page.writeInt32BE(-8, 4)
    expect(() => boundedCodecs['LZ4']!(page, length)).toThrow(/lz4/)
  })

  it('a page that grows in a codec is refused by name', async () => {
    for (const [codec, page] of [
      ['GZIP', gzipSync(bomb)],
      ['BROTLI', brotliCompressSync(bomb)],
      ['SNAPPY', Buffer.alloc(50, 0xff)],
    ] as const)
      expect((await refusal(write(news(), codec, () => page))).code, codec).toBe('DATA_UNREADABLE')
  })
})

/** Literals alone. */
function literalLz4(page: Uint8Array): Buffer {
  let rest = page.length - 15
  const lengths = []
  for (; rest >= 255; rest -= 255) lengths.push(255)
  return page.length < 15 ? Buffer.from([page.length << 4, ...page]) : Buffer.from([0xf0, ...lengths, rest, ...page])
}

function hadoopLz4(page: Uint8Array): Buffer {
  const block = literalLz4(page)
  const sizes = Buffer.alloc(8)
  sizes.writeInt32BE(page.length, 0)
  sizes.writeInt32BE(block.length, 4)
  return Buffer.concat([sizes, block])
}

describe('rows and columns of a Parquet file', () => {
  const big = texts.with(7, 'x'.repeat(10 * 1024 * 1024))
  const rowsOf = async (bytes: Uint8Array, policy: BadRowPolicy) =>
    labelledRows(await parquetTable(bytes, 'news.parquet'), 'news.parquet', policy)

  it('a cell of 10 MB is a bad row, or refused by name', async () => {
    const { examples, badRows } = await rowsOf(write(news(big)), 'skip')
    expect(examples).toHaveLength(rowCount - 1)
    expect(badRows).toEqual([{ line: 8, reason: 'a cell has more than 1 MB' }])
    expect((await errorOf(rowsOf(write(news(big)), 'refuse'))).code).toBe('DATA_CELL_TOO_LARGE')
  })

  it('of two columns of one name, each keeps a name of its own and the first is read', async () => {
    const twice = write([...news(), { name: 'text', data: texts.map(() => 'other'), type: 'STRING' }])
    const { names, records } = await parquetTable(twice, 'news.parquet')
    expect(names).toEqual(['text', 'label', 'text (2)'])
    expect(records[3]![0]).toBe(texts[3])
    expect(records[3]![2], 'the second cannot be told apart').toBe('')
  })
})
