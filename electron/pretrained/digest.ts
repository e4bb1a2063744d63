/** What a model folder is, as one number: equal digests, equal weights, sizes and tokens. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { decisiveFiles } from '../checkpoint/model-folder.ts'

/** SHA-256 (hex) over names and contents of all files that decide what the model computes. Throws MODEL_NOT_FOUND or MODEL_INVALID. */
export async function digestModel(directory: string): Promise<string> {
  const whole = createHash('sha256')
  for (const file of await decisiveFiles(directory)) {
    const digest = createHash('sha256')
    await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), digest)
    whole.update(`${basename(file)} ${digest.digest('hex')}\n`)
  }
  return whole.digest('hex')
}
