/**
 * The codecs of Parquet, each bounded by the size that the page's header gives, which was held against the limits before.
 * Where the library's own decoder grows with the stream (Brotli), or does not end (LZ4 with a negative size), Node's or a
 * check stands before it.
 */
import { brotliDecompressSync, unzipSync } from 'node:zlib'
import type { Compressors } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

const atMost = (length: number): { maxOutputLength: number } => ({ maxOutputLength: Math.max(1, length) })

export const boundedCodecs: Compressors = {
  ...compressors,
  GZIP: (page, length) => unzipSync(page, atMost(length)),
  BROTLI: (page, length) => brotliDecompressSync(page, atMost(length)),
  LZ4: (page, length) => (isHadoopLz4(page) ? compressors.LZ4!(page, length) : compressors.LZ4_RAW!(page, length)),
}

/** Hadoop's frames, one after another up to the end: each two big-endian sizes, of its output and of its input. */
function isHadoopLz4(page: Uint8Array): boolean {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength)
  let at = 0
  while (at + 8 < page.byteLength) {
    const input = view.getInt32(at + 4)
    if (view.getInt32(at) < 0 || input < 0) return false
    at += 8 + input
  }
  return at === page.byteLength
}
