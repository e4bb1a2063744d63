/**
 * The frames' checksum (assembly/checksum.ts) for any memory: by the kernels where the data lies in a memory of theirs,
 * in plain JavaScript elsewhere. Both give the same number.
 */
import { kernelsOf } from './index.ts'

export function checksumOf(data: Uint8Array): bigint {
  return kernelsOf(data.buffer)?.checksum(data) ?? plainChecksum(data)
}

/** sums += addend; returns both checksums: of what came in, and of the result. */
export function addWithChecksums(sums: Float32Array, addend: Float32Array): { ofAddend: bigint; ofSums: bigint } {
  const kernels = kernelsOf(sums.buffer)
  if (kernels && sums.buffer === addend.buffer) return kernels.addChecked(sums, addend)
  const ofAddend = checksumOf(bytesOf(addend))
  for (let index = 0; index < sums.length; index++) sums[index]! += addend[index]!
  return { ofAddend, ofSums: checksumOf(bytesOf(sums)) }
}

export const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength)

/** The same in JavaScript, for data outside the kernels' memories: short messages. */
export function plainChecksum(data: Uint8Array): bigint {
  const blocks = Math.ceil(data.byteLength / 16)
  // A copy: aligned, and filled up with zeros.
  const words = new Int32Array(blocks * 4)
  new Uint8Array(words.buffer).set(data)
  const sums = new Int32Array(4)
  const weighted = new Int32Array(4)
  for (let index = 0; index < words.length; index++) {
    const lane = index & 3
    sums[lane]! += words[index]!
    weighted[lane]! += sums[lane]!
  }
  const low = sums[0]! + sums[1]! + sums[2]! + sums[3]!
  const high = weighted[0]! + 3 * weighted[1]! + 5 * weighted[2]! + 7 * weighted[3]!
  return (BigInt.asUintN(32, BigInt(high)) << 32n) | BigInt.asUintN(32, BigInt(low))
}
