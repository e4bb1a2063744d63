/** SHA-256 over a vector's bytes, hex: equal digests, equal bits. */
import { createHash } from 'node:crypto'

export const bytesOf = (data: Float32Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
export const digestOf = (data: Float32Array): string => createHash('sha256').update(bytesOf(data)).digest('hex')
