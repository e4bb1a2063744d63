/**
 * The folder of a Space: written wholly or not at all, with `space.json`, which says what it is and lists every other file
 * with its digest. By that list an earlier Space of ours is known from anybody else's folder, and a whole one from a damaged one.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import { spaceFactsSchema, type SpaceFacts, type SpaceFile, type SpaceFolder } from '../../shared/domain/space.ts'
import { syncDirectory, writeFileDurable } from '../checkpoint/atomic.ts'
import { fileDigest } from '../checkpoint/file-digest.ts'
import { systemErrorCode } from '../checkpoint/file-errors.ts'
import { type FileSystem, nodeFileSystem } from '../checkpoint/file-system.ts'
import { makeDirectory } from '../checkpoint/make-directory.ts'
import { holds, replaceFolder, type FolderKind } from '../checkpoint/replace-folder.ts'
import { resolveInside } from '../checkpoint/resolve-inside.ts'
import { readSmallFile } from '../checkpoint/small-file.ts'
import { parseUniqueJson } from '../checkpoint/strict-json.ts'

export const factsFileName = 'space.json'

export const spaceFolder: FolderKind = {
  what: 'the Space',
  rule: 'A Space replaces only an earlier Space of the lab.',
  async whyNotOurs(target) {
    const facts = await readFacts(target).catch(() => null)
    if (facts === null) return `it has no ${factsFileName} that a Space of the lab would have`
    const known = new Set([factsFileName, ...facts.files.map(({ path }) => path)])
    const strangers = (await filesBelow(target)).filter((path) => !known.has(path))
    return strangers.length > 0 ? holds(strangers) : null
  },
}

export interface SpaceWriter {
  text(path: string, content: string): Promise<void>
  /** Copies the file at `from`. */
  copy(path: string, from: string): Promise<void>
  /** Copies every file below `from`, in folders of the same names. */
  copyAll(from: string): Promise<void>
}

export interface SpaceFolderOptions {
  target: string
  /** Of all files, about. */
  bytes: number
  signal: AbortSignal | undefined
  fileSystem?: FileSystem | undefined
}

/** Calls `fill` with what writes files into the folder; gives what it returns, with the list of files, to `space.json`. As `replaceFolder`. */
export async function writeSpaceFolder(
  { target, bytes, signal, fileSystem = nodeFileSystem }: SpaceFolderOptions,
  fill: (write: SpaceWriter) => Promise<Omit<SpaceFacts, 'files'>>,
): Promise<SpaceFolder> {
  let facts: SpaceFacts | undefined
  await replaceFolder(
    spaceFolder,
    target,
    bytes,
    async (directory) => {
      const files: SpaceFile[] = []
      const write = async (path: string, chunks: Iterable<Uint8Array>): Promise<void> => {
        signal?.throwIfAborted()
        const file = resolveInside(directory, path)
        await makeDirectory(dirname(file))
        files.push({ path, ...(await writeFileDurable(file, chunks, fileSystem)) })
      }
      const writer: SpaceWriter = {
        text: (path, content) => write(path, [Buffer.from(content)]),
        copy: (path, from) => write(path, fileChunks(from, signal)),
        copyAll: async (from) => {
          for (const path of await filesBelow(from)) await writer.copy(path, join(from, path))
        },
      }
      const about = await fill(writer)
      facts = { ...about, files: files.sort((a, b) => (a.path < b.path ? -1 : 1)) }
      await writeFileDurable(join(directory, factsFileName), [Buffer.from(`${JSON.stringify(facts, null, 2)}\n`)], fileSystem)
      for (const folder of new Set(files.map(({ path }) => dirname(path)))) await syncDirectory(join(directory, folder), fileSystem)
      signal?.throwIfAborted()
    },
    fileSystem,
  )
  return folderOf(target, facts!)
}

/** Null where there is no Space of ours. */
export async function readSpaceFolder(directory: string): Promise<SpaceFolder | null> {
  const facts = await readFacts(directory).catch(() => null)
  return facts && folderOf(directory, facts)
}

/** Throws SPACE_NOT_FOUND. */
export async function existingSpaceFolder(directory: string): Promise<SpaceFolder> {
  const folder = await readSpaceFolder(directory)
  if (folder === null) throw notThere(directory)
  return folder
}

/** The Space, each of its files as it was written. Throws SPACE_NOT_FOUND and SPACE_INVALID. */
export async function verifiedSpaceFolder(directory: string, signal?: AbortSignal): Promise<SpaceFolder> {
  const folder = await existingSpaceFolder(directory)
  for (const { path, sha256 } of folder.facts.files) {
    signal?.throwIfAborted()
    const digest = await fileDigest(resolveInside(directory, path), signal).catch((error: unknown) => {
      if (systemErrorCode(error) === null || signal?.aborted) throw error
      return null
    })
    if (digest !== sha256) throw damaged(directory, path, digest === null ? 'cannot be read' : 'has changed since it was written')
  }
  return folder
}

const folderOf = (path: string, facts: SpaceFacts): SpaceFolder => ({
  folderName: basename(path),
  path,
  bytes: facts.files.reduce((sum, { bytes }) => sum + bytes, Buffer.byteLength(JSON.stringify(facts, null, 2)) + 1),
  facts,
})

const readFacts = async (directory: string): Promise<SpaceFacts> =>
  spaceFactsSchema.parse(parseUniqueJson(await readSmallFile(join(directory, factsFileName))))

/** Paths with '/', in order. A link is named and not followed. (Step by step: inside an installed lab's archive nothing else works.) */
async function filesBelow(directory: string, prefix = ''): Promise<string[]> {
  const paths: string[] = []
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) paths.push(...(await filesBelow(join(directory, entry.name), `${prefix}${entry.name}/`)))
    else paths.push(`${prefix}${entry.name}`)
  }
  return paths.sort()
}

export async function bytesBelow(directory: string): Promise<number> {
  let bytes = 0
  for (const path of await filesBelow(directory)) bytes += (await stat(join(directory, path))).size
  return bytes
}

const chunkBytes = 4 * 1024 * 1024

function* fileChunks(path: string, signal: AbortSignal | undefined): Generator<Uint8Array> {
  const handle = openSync(path, 'r')
  try {
    for (;;) {
      signal?.throwIfAborted()
      const chunk = Buffer.allocUnsafe(chunkBytes)
      const count = readSync(handle, chunk)
      if (count === 0) return
      yield chunk.subarray(0, count)
    }
  } finally {
    closeSync(handle)
  }
}

const notThere = (directory: string): LabError =>
  new LabError({
    code: 'SPACE_NOT_FOUND',
    title: 'There is no Space in that folder',
    cause: `${directory} has no ${factsFileName} that the lab wrote.`,
    suggestion: 'Write one first: in the window on the Deploy screen, or with npm run space -- write.',
  })

export const damaged = (directory: string, path: string, what: string): LabError =>
  new LabError({
    code: 'SPACE_INVALID',
    title: 'The folder of the Space is damaged',
    cause: `${path} in ${directory} ${what}.`,
    suggestion: 'Write the Space again, then go on.',
  })
