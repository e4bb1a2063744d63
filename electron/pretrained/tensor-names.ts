/**
 * Which tensor of a file is which parameter. Files of different origin call the same thing by different names: with the
 * architecture's prefix or without it, LayerNorm's weight and bias or TensorFlow's gamma and beta.
 */
import { FileFormatError } from '../checkpoint/strict-json.ts'
import type { Architecture } from '../../shared/domain/model-config.ts'

export interface NameMatch {
  /** Parameter → the file's name of it. */
  fileNameOf: Map<string, string>
  /** Names that are no parameter. */
  unexpected: string[]
}

/** Throws `FileFormatError` where two tensors would be the same parameter. */
export function matchNames(fileNames: readonly string[], parameters: ReadonlySet<string>, architecture: Architecture): NameMatch {
  const fileNameOf = new Map<string, string>()
  const unexpected: string[] = []
  for (const fileName of fileNames) {
    // A count from 0 that older releases saved.
    if (fileName.endsWith('embeddings.position_ids')) continue
    const modern = fileName.replace(/LayerNorm\.gamma$/, 'LayerNorm.weight').replace(/LayerNorm\.beta$/, 'LayerNorm.bias')
    const parameter = [modern, `${architecture}.${modern}`].find((name) => parameters.has(name))
    if (parameter === undefined) {
      unexpected.push(fileName)
      continue
    }
    const other = fileNameOf.get(parameter)
    if (other !== undefined) throw new FileFormatError(`tensors ${other} and ${fileName} are both ${parameter}`)
    fileNameOf.set(parameter, fileName)
  }
  return { fileNameOf, unexpected }
}
