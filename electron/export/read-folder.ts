/** Reads back what an export wrote: its files, its facts and its model card. Writes nothing. */
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type ExportedFolder, exportFactsSchema } from '../../shared/domain/export.ts'
import { systemErrorCode } from '../checkpoint/file-errors.ts'
import { readSmallFile } from '../checkpoint/small-file.ts'
import { parseUniqueJson } from '../checkpoint/strict-json.ts'
import { factsFileName } from './folder.ts'

/** Null where there is no export. Throws FileFormatError and Zod's error where its facts are not as the lab writes them. */
export async function readExportedFolder(directory: string): Promise<ExportedFolder | null> {
  try {
    const facts = exportFactsSchema.parse(parseUniqueJson(await readSmallFile(join(directory, factsFileName))))
    const card = (await readSmallFile(join(directory, 'README.md'))).toString('utf8')
    const names = (await readdir(directory, { recursive: true })).map((name) => name.replaceAll('\\', '/')).sort()
    const files = []
    for (const name of names) {
      const info = await lstat(join(directory, name))
      if (info.isFile()) files.push({ name, bytes: info.size })
    }
    return { path: directory, files, facts, card }
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw error
  }
}
