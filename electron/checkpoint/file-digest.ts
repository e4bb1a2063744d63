/** SHA-256 of a file, read piece by piece: weights are larger than one wants in memory. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

const chunkBytes = 1024 * 1024

/** Hex. Throws what reading throws, or the reason of `signal`. */
export async function fileDigest(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes, ...(signal && { signal }) })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
