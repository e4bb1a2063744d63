/**
 * How large a Zstandard stream can become at most, without decompressing it (RFC 8878): its decoder trusts the stream and
 * grows without an end, so the stream is walked before, block by block.
 */
const magic = 0xfd2fb528
const maxBlockBytes = 128 * 1024

/** Bytes; Infinity for what is no Zstandard stream. */
export function zstdUpperBound(stream: Uint8Array): number {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength)
  let at = 0
  let bound = 0
  try {
    while (at < stream.byteLength) {
      const word = view.getUint32(at, true)
      if (word >>> 4 === 0x0184d2a5) {
        at += 8 + view.getUint32(at + 4, true) // a frame to be skipped
        continue
      }
      if (word !== magic) return Infinity
      const descriptor = view.getUint8(at + 4)
      const singleSegment = (descriptor >> 5) & 1
      const sizeFlag = descriptor >> 6
      const sizeBytes = sizeFlag === 0 ? singleSegment : 2 ** sizeFlag
      const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!
      const contentAt = at + 5 + (singleSegment ? 0 : 1) + dictionaryBytes
      // The decoder takes the memory that the frame announces at once.
      if (sizeBytes >= 4) bound = Math.max(bound, view.getUint32(contentAt, true))
      if (sizeBytes === 8 && view.getUint32(contentAt + 4, true) > 0) return Infinity
      at = contentAt + sizeBytes
      for (let last = false; !last;) {
        const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
        last = (header & 1) === 1
        const kind = (header >> 1) & 3
        const size = header >> 3
        bound += kind === 2 ? maxBlockBytes : size
        at += 3 + (kind === 1 ? 1 : size)
      }
      if (descriptor & 4) at += 4
    }
  } catch (error) {
    if (error instanceof RangeError) return Infinity
    throw error
  }
  return bound
}
