/** A file of labelled rows as a table, by its format. The one place that knows all formats. */
import { basename, extname } from 'node:path'
import type { DataFormat } from '../../shared/domain/dataset.ts'
import type { ColumnMapping, FileRef } from '../../shared/domain/run-config.ts'
import { csvTable } from './csv.ts'
import { jsonlTable } from './jsonl.ts'
import { parquetTable } from './parquet.ts'
import type { Table } from './table.ts'
import { readDataFile } from './text-file.ts'

/** By the ending of its name; what has another one is read as CSV, which says what it is where it is none. */
export function formatOf(fileName: string): DataFormat {
  const extension = extname(fileName).toLowerCase()
  if (extension === '.parquet') return 'parquet'
  return extension === '.jsonl' || extension === '.ndjson' ? 'jsonl' : 'csv'
}

/** Throws DATA_NOT_FOUND and what the reader of the format throws. */
export async function readTable({ kind, path }: Pick<FileRef, 'kind' | 'path'>, mapping?: ColumnMapping): Promise<Table> {
  const bytes = await readDataFile(path)
  const fileName = basename(path)
  switch (kind) {
    case 'csv':
      return csvTable(bytes, fileName, mapping)
    case 'jsonl':
      return jsonlTable(bytes, fileName)
    case 'parquet':
      return parquetTable(bytes, fileName, mapping)
  }
}
