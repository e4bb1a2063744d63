/**
 * A Parquet file as a table: the first rows of every column, so that a person can choose, and all rows of the columns that
 * were chosen. Whatever a file claims of itself (rows, values of a page, size of a page once decompressed) is checked
 * against the limits before hyparquet takes the memory for it.
 */
import { parquetMetadata, parquetReadObjects, type AsyncBuffer, type FileMetaData } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { z } from 'zod'
import { LabError } from '../../shared/contract/errors.ts'
import type { ColumnMapping } from '../../shared/domain/run-config.ts'
import { inferMapping, resolveMapping } from './columns.ts'
import { noRows } from './labelled-rows.ts'
import { boundedCodecs } from './parquet-codecs.ts'
import { assertShape, cellTooLarge, distinctNames, tableLimits, unreadable, type Cell, type Table } from './table.ts'
import { zstdUpperBound } from './zstd-bound.ts'

const sampleRows = 1000
const maxPageBytes = 256 * 1024 * 1024
const maxMetadataBytes = 32 * 1024 * 1024

/** Throws DATA_EMPTY, DATA_UNREADABLE, or DATA_COLUMNS_UNCLEAR where `mapping` names a column that is not there. */
export async function parquetTable(bytes: Uint8Array, fileName: string, mapping?: ColumnMapping): Promise<Table> {
  const metadata = readMetadata(bytes, fileName)
  const columns = topColumns(metadata)
  const rowCount = Number(metadata.num_rows)
  assertShape(fileName, 0, columns.length)
  if (rowCount > tableLimits.rows) assertShape(fileName, rowCount, 1)
  if (rowCount === 0) throw noRows(fileName, 'It has columns and no rows.')
  const names = distinctNames(columns.map(({ name }) => name))
  const read = async (indices: readonly number[], rowEnd: number): Promise<Cell[][]> => {
    const wanted = indices.map((index) => columns[index]!.name)
    assertHonest(bytes, metadata, wanted, fileName)
    const file: AsyncBuffer = { byteLength: bytes.byteLength, slice: (start, end) => copyOf(bytes, start, end) }
    const rows = await parquetReadObjects({
      file,
      metadata,
      columns: wanted,
      rowEnd,
      compressors: boundedCodecs,
      geoparquet: false,
      useOffsetIndex: false,
    })
    return rows.map((row) => wanted.map((name) => toCell(row[name])))
  }
  try {
    // Two columns of one name cannot be told apart when read; nested ones are no cells.
    const flat = [...columns.keys()].filter(
      (index) => columns[index]!.flat && columns.findIndex(({ name }) => name === columns[index]!.name) === index,
    )
    const first = spread(await read(flat, Math.min(rowCount, sampleRows)), flat, names.length)
    const chosen = mapping ?? inferMapping({ hasHeader: true, names }, first)
    const indices = chosen && resolveMapping({ hasHeader: true, names }, chosen, fileName)
    const used = indices ? [...new Set([...indices.text, indices.label])].filter((index) => flat.includes(index)) : []
    const records = used.length > 0 ? spread(await read(used, rowCount), used, names.length) : first
    for (const [row, cells] of first.entries()) records[row] = cells
    const faults = new Map<number, string>()
    for (const [row, record] of records.entries()) {
      if (record.some((cell) => cell !== null && cell.length > tableLimits.cellLength)) faults.set(row, cellTooLarge)
    }
    return {
      format: 'parquet',
      delimiter: null,
      hasHeader: true,
      names,
      types: columns.map(({ type }) => type),
      records,
      lines: Int32Array.from(records, (_, row) => row + 1),
      faults,
      tail: [],
      classNames: classNamesOf(metadata),
    }
  } catch (error) {
    if (error instanceof LabError) throw error
    throw damaged(fileName, error)
  }
}

function readMetadata(bytes: Uint8Array, fileName: string): FileMetaData {
  const magic = Buffer.from('PAR1')
  if (bytes.byteLength === 0) throw noRows(fileName, 'The file has no bytes.')
  if (bytes.byteLength < 12 || !magic.equals(bytes.subarray(0, 4))) {
    throw unreadable(fileName, 'It is called .parquet and is no Parquet file', 'Choose another file, or give it the ending of what it is.')
  }
  if (!magic.equals(bytes.subarray(-4))) {
    throw unreadable(
      fileName,
      'Its end is missing: a Parquet file keeps its list of columns there',
      'Copy or download it again: it was cut short.',
    )
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.byteLength - 8, true)
  if (length > maxMetadataBytes)
    throw unreadable(fileName, 'Its list of columns is larger than 32 MB', 'Write it anew with fewer columns or larger row groups.')
  try {
    return parquetMetadata(bytes.subarray(Math.max(0, bytes.byteLength - 8 - length)), { geoparquet: false })
  } catch (error) {
    throw damaged(fileName, error)
  }
}

const damaged = (fileName: string, error: unknown): LabError =>
  unreadable(
    fileName,
    `It is damaged, or uses a part of Parquet that the lab does not know: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`,
    'Write it anew, for example with pandas.DataFrame.to_parquet, then try again.',
    error,
  )

interface TopColumn {
  name: string
  type: string
  /** One value a row. */
  flat: boolean
}

/** Children of the root. `schema` lists the tree depth first. */
function topColumns({ schema }: FileMetaData): TopColumn[] {
  const columns: TopColumn[] = []
  for (let index = 1; index < schema.length;) {
    const { name, type, repetition_type, num_children = 0, logical_type, converted_type } = schema[index]!
    const flat = num_children === 0 && repetition_type !== 'REPEATED'
    const text = logical_type?.type === 'STRING' || converted_type === 'UTF8'
    columns.push({ name, flat, type: !flat ? 'nested' : text ? 'text' : (type ?? 'unknown').toLowerCase() })
    let open = num_children
    for (index++; open > 0 && index < schema.length; index++) open += (schema[index]!.num_children ?? 0) - 1
  }
  return columns
}

/** Walks the pages of the columns to be read and refuses what they claim beyond the limits, or beyond their row group. */
function assertHonest(bytes: Uint8Array, metadata: FileMetaData, wanted: readonly string[], fileName: string): void {
  const refuse = (cause: string): LabError => unreadable(fileName, cause, 'Do not trust this file; it may be made to exhaust the memory.')
  let inflated = 0
  let unfolded = 0
  let rows = 0
  for (const group of metadata.row_groups) {
    rows += Number(group.num_rows)
    for (const { meta_data } of group.columns) {
      if (!meta_data || !wanted.includes(meta_data.path_in_schema[0]!)) continue
      const begin = Number(meta_data.dictionary_page_offset ?? meta_data.data_page_offset)
      const end = begin + Number(meta_data.total_compressed_size)
      if (!(begin >= 4 && end <= bytes.byteLength)) throw refuse('A column lies outside of the file')
      const reader = { view: new DataView(bytes.buffer, bytes.byteOffset + begin, end - begin), offset: 0 }
      let values = 0
      while (reader.offset < reader.view.byteLength - 1) {
        const header = parquetHeader(reader)
        const { uncompressed_page_size: size, compressed_page_size: compressed } = header
        if (!(size >= 0 && compressed >= 0)) throw refuse('A page has a negative size')
        inflated += size
        if (size > maxPageBytes || inflated > tableLimits.inflatedBytes) {
          throw refuse(
            `Decompressed, its columns have more than ${tableLimits.inflatedBytes / 2 ** 30} GiB, or one page more than ${maxPageBytes / 2 ** 20} MiB`,
          )
        }
        const dictionary = header.dictionary_page_header?.num_values ?? 0
        if (dictionary > size * 8 || dictionary < 0) throw refuse('A dictionary claims more values than it has bits')
        const ofPage = header.data_page_header?.num_values ?? header.data_page_header_v2?.num_values ?? 0
        values += ofPage
        // Each value may repeat all that the page has spelt so far.
        const encoding = header.data_page_header?.encoding ?? header.data_page_header_v2?.encoding
        unfolded += encoding === 'DELTA_BYTE_ARRAY' ? ofPage * size : 0
        if (ofPage < 0 || values > Number(group.num_rows)) throw refuse('A page claims more values than its row group has rows')
        if (unfolded > tableLimits.inflatedBytes)
          throw unreadable(
            fileName,
            'Its texts are written as endings of the texts before (DELTA_BYTE_ARRAY), in pages so large that they may grow beyond the memory',
            'Write it anew with the usual encoding, for example with pandas.DataFrame.to_parquet.',
          )
        if (meta_data.codec === 'ZSTD') {
          const page = new Uint8Array(
            bytes.buffer,
            bytes.byteOffset + begin + reader.offset,
            Math.min(compressed, end - begin - reader.offset),
          )
          if (zstdUpperBound(page) > tableLimits.inflatedBytes) throw refuse('A page grows beyond all measure when it is decompressed')
        }
        reader.offset += compressed
      }
    }
  }
  if (rows !== Number(metadata.num_rows)) throw refuse('It says that it has another number of rows than its parts have')
}

function copyOf(bytes: Uint8Array, start: number, end = bytes.byteLength): ArrayBuffer {
  return new Uint8Array(bytes.subarray(start, end)).buffer // a Buffer's own slice would share the memory
}

/** Rows that have cells in `indices` only, as rows of all columns. */
function spread(rows: readonly Cell[][], indices: readonly number[], width: number): Cell[][] {
  return rows.map((cells) => {
    const record: Cell[] = new Array<Cell>(width).fill('')
    for (const [at, index] of indices.entries()) record[index] = cells[at]!
    return record
  })
}

function toCell(value: unknown): Cell {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  return value instanceof Date ? value.toISOString() : null
}

const huggingFaceSchema = z.object({
  info: z.object({ features: z.record(z.string(), z.object({ names: z.array(z.string().max(200)).max(1000).optional() }).loose()) }),
})

/** `datasets` of Hugging Face writes the names of classes beside the integers. */
function classNamesOf({ key_value_metadata }: FileMetaData): Map<string, string[]> {
  const text = key_value_metadata?.find(({ key }) => key === 'huggingface')?.value
  if (text === undefined) return new Map()
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return new Map() // A note for other programs; the file is as good without it.
  }
  const parsed = huggingFaceSchema.safeParse(json)
  if (!parsed.success) return new Map()
  return new Map(Object.entries(parsed.data.info.features).flatMap(([name, { names }]) => (names ? [[name, names] as const] : [])))
}
