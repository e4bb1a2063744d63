/**
 * Bytes of a text file a person handed over, checked before anything parses them: it exists, is a file, is not empty,
 * is UTF-8 and holds no NUL. What it says when they are not names the kind of file and the line, because "invalid
 * byte" helps nobody.
 */
import { isUtf8 } from 'node:buffer'
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import { tableLimits } from './table.ts'

const newline = 0x0a
const carriageReturn = 0x0d

/** Beginnings by which files that are not text give themselves away. */
const signatures: readonly { bytes: readonly number[]; name: string; exportIt: boolean }[] = [
  { bytes: [0x50, 0x4b, 0x03, 0x04], name: 'a ZIP archive or an Excel workbook', exportIt: true },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], name: 'an old Excel or Office document', exportIt: true },
  { bytes: [0x1f, 0x8b], name: 'a gzip archive', exportIt: false },
  { bytes: [0x50, 0x41, 0x52, 0x31], name: 'a Parquet file', exportIt: true },
  { bytes: [0x25, 0x50, 0x44, 0x46], name: 'a PDF document', exportIt: true },
  { bytes: [0xff, 0xfe], name: 'text in UTF-16, not UTF-8', exportIt: true },
  { bytes: [0xfe, 0xff], name: 'text in UTF-16, not UTF-8', exportIt: true },
]

/** Reads a text file. Throws DATA_NOT_FOUND, DATA_EMPTY or DATA_UNREADABLE. */
export async function readTextFile(path: string): Promise<Buffer> {
  const bytes = await readDataFile(path)
  assertText(bytes, basename(path))
  return bytes
}

/** Folders of the lab's own data sets are named after their format and digest. */
const ofTheLab = /^(?:csv|jsonl|parquet)-[0-9a-f]{12}$/

/** Reads a file of any format. Throws DATA_NOT_FOUND or DATA_UNREADABLE. */
export async function readDataFile(path: string): Promise<Buffer> {
  const name = basename(path)
  try {
    const info = await stat(path)
    if (!info.isFile()) throw unreadable(name, 'It is not a file but a directory or a device', 'Name the file itself.')
    if (info.size > tableLimits.fileBytes) {
      throw unreadable(name, `It has ${(info.size / 2 ** 30).toFixed(1)} GiB; at most 1 GiB is read`, 'Take a part of it.')
    }
    return await readFile(path)
  } catch (error) {
    if (error instanceof LabError) throw error
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      if (ofTheLab.test(basename(dirname(path)))) throw removed(path, error)
      throw new LabError(
        {
          code: 'DATA_NOT_FOUND',
          title: `No file at ${path}`,
          cause: 'Nothing of that name exists there.',
          suggestion: 'Check the path; a relative path counts from the directory the command was started in.',
        },
        { cause: error },
      )
    }
    throw new LabError(
      {
        code: 'DATA_UNREADABLE',
        title: `${name} cannot be read`,
        cause: error instanceof Error ? error.message : String(error),
        suggestion: 'Check that you may read the file, then try again.',
      },
      { cause: error },
    )
  }
}

const removed = (path: string, error: unknown): LabError =>
  new LabError(
    {
      code: 'DATA_NOT_FOUND',
      title: 'This data set was removed from the lab',
      cause: `There is nothing left at ${path}.`,
      suggestion: 'Import the file again: the same rows get the same place.',
    },
    { cause: error },
  )

/** Throws DATA_EMPTY or DATA_UNREADABLE unless `bytes` are UTF-8 text with something in it. */
export function assertText(bytes: Uint8Array, name: string): void {
  const signature = signatures.find((candidate) => candidate.bytes.every((byte, index) => bytes[index] === byte))
  if (signature) {
    const suggestion = signature.exportIt ? 'Save or export it as CSV in UTF-8, then try again.' : 'Unpack it first.'
    throw unreadable(name, `It is ${signature.name}`, suggestion)
  }
  const nul = bytes.indexOf(0)
  if (nul !== -1) {
    const cause = `It is binary: a NUL byte stands on line ${lineOfByte(bytes, nul)} (byte ${nul})`
    throw unreadable(name, cause, 'Choose a text file in CSV form, encoded as UTF-8.')
  }
  if (!isUtf8(bytes)) {
    const offset = firstInvalidByte(bytes)
    const hex = (bytes[offset] ?? 0).toString(16).toUpperCase().padStart(2, '0')
    const cause = `The byte 0x${hex} on line ${lineOfByte(bytes, offset)} is not UTF-8; older programs write Latin-1 or Windows-1252`
    throw unreadable(name, cause, 'Save the file with the encoding UTF-8, then try again.')
  }
  if (!bytes.some((byte) => byte > 0x20)) {
    throw new LabError({
      code: 'DATA_EMPTY',
      title: `${name} is empty`,
      cause: bytes.length === 0 ? 'The file has no bytes.' : 'The file has nothing but white space.',
      suggestion: 'Choose a file with one headline and its label per row.',
    })
  }
}

/**
 * 1-based line on which each of the ascending byte `offsets` stands. LF, CRLF and a lone CR end a line. An offset that
 * points at empty lines counts from the first line behind them.
 */
export function linesOfOffsets(bytes: Uint8Array, offsets: readonly number[]): Int32Array {
  const lines = new Int32Array(offsets.length)
  let line = 1
  let position = 0
  for (let index = 0; index < offsets.length; index++) {
    const target = offsets[index]!
    for (; position < bytes.length; position++) {
      const byte = bytes[position]
      const endsLine = byte === newline || (byte === carriageReturn && bytes[position + 1] !== newline)
      if (position >= target && byte !== newline && byte !== carriageReturn) break
      if (endsLine) line++
    }
    lines[index] = line
  }
  return lines
}

function lineOfByte(bytes: Uint8Array, offset: number): number {
  let line = 1
  for (let position = 0; position < offset; position++) if (bytes[position] === newline) line++
  return line
}

/** Offset of the first character that is not UTF-8, by bisection. */
function firstInvalidByte(bytes: Uint8Array): number {
  let valid = 0
  let invalid = bytes.length
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1
    if (isUtf8Prefix(bytes.subarray(0, middle))) valid = middle
    else invalid = middle
  }
  while (!isUtf8(bytes.subarray(0, valid))) valid--
  return valid
}

/** Whether the bytes could go on to be UTF-8: a character cut in half at the end is no fault. */
function isUtf8Prefix(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false // the one failure of a fatal decoder: invalid bytes
  }
}

function unreadable(name: string, cause: string, suggestion: string): LabError {
  return new LabError({ code: 'DATA_UNREADABLE', title: `${name} is not a CSV the lab can read`, cause: `${cause}.`, suggestion })
}
