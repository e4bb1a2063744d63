/**
 * The starter headlines that come with the lab: one text file per class, one headline per line, written for this
 * project and free of rights. They are resources, not code; this file only knows their names.
 */
import { join } from 'node:path'
import { resourcesDirectory } from '../paths.ts'
import { readTextFile } from './text-file.ts'
import type { Example } from './types.ts'

/** Class names in AG News's order, which the starter set shares. */
export const agNewsLabels = ['World', 'Sports', 'Business', 'Sci/Tech'] as const

const fileNames = ['world.txt', 'sports.txt', 'business.txt', 'sci-tech.txt'] as const

/** Reads the four files of `directory`, classes in order. Throws DATA_NOT_FOUND where one is missing. */
export async function readStarter(directory = join(resourcesDirectory, 'starter')): Promise<{ examples: Example[]; lines: Int32Array }> {
  const texts = await Promise.all(fileNames.map((name) => readTextFile(join(directory, name))))
  const examples: Example[] = []
  const lines: number[] = []
  for (const [label, text] of texts.entries()) {
    for (const [index, line] of text.toString('utf8').split('\n').entries()) {
      if (line.trim() === '') continue
      examples.push({ text: line.trim(), label })
      lines.push(index + 1)
    }
  }
  return { examples, lines: Int32Array.from(lines) }
}
