// Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), the generator that PyTorch uses
// on GPUs: block number, purpose and place in, four random words out, no state. Four blocks are computed side by side,
// one in each SIMD lane.

const multiplier0: u32 = 0xd2511f53
const multiplier1: u32 = 0xcd9e8d57
const weyl0: u32 = 0x9e3779b9
const weyl1: u32 = 0xbb67ae85

// The four words of four consecutive blocks: lane j of `word0` is the first word of block j.
let word0: v128 = i32x4.splat(0)
let word1: v128 = i32x4.splat(0)
let word2: v128 = i32x4.splat(0)
let word3: v128 = i32x4.splat(0)

function highProduct(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(i64x2.extmul_low_i32x4_u(a, b), i64x2.extmul_high_i32x4_u(a, b), 1, 3, 5, 7)
}

function fourBlocks(block: u32, c1: u32, c2: u32, c3: u32, key0: u32, key1: u32): void {
  const m0 = i32x4.splat(multiplier0)
  const m1 = i32x4.splat(multiplier1)
  let x0 = i32x4.add(i32x4.splat(block), i32x4(0, 1, 2, 3))
  let x1 = i32x4.splat(c1)
  let x2 = i32x4.splat(c2)
  let x3 = i32x4.splat(c3)
  for (let round = 0; round < 10; round++) {
    const high0 = highProduct(x0, m0)
    const low0 = i32x4.mul(x0, m0)
    const high1 = highProduct(x2, m1)
    const low1 = i32x4.mul(x2, m1)
    x0 = v128.xor(v128.xor(high1, x1), i32x4.splat(key0))
    x1 = low1
    x2 = v128.xor(v128.xor(high0, x3), i32x4.splat(key1))
    x3 = low0
    key0 += weyl0
    key1 += weyl1
  }
  word0 = x0
  word1 = x1
  word2 = x2
  word3 = x3
}

/**
 * Fills `count` words (a multiple of 16, four blocks at a time): words 0–3 of each group of 16 are the first words of
 * its four blocks, 4–7 the second words, and so on. Counter (block, c1, c2, c3), key (key0, key1).
 */
export function philox(words: usize, count: i32, key0: u32, key1: u32, c1: u32, c2: u32, c3: u32): void {
  for (let i = 0; i < count; i += 16) {
    fourBlocks(i >> 2, c1, c2, c3, key0, key1)
    const at = words + ((<usize>i) << 2)
    v128.store(at, word0)
    v128.store(at, word1, 16)
    v128.store(at, word2, 32)
    v128.store(at, word3, 48)
  }
}

function storeKept(at: usize, words: v128, threshold: v128, kept: v128): void {
  // Two decisions from each word: its low and its high 16 bits. Below the threshold an element is dropped.
  v128.store(at, v128.and(kept, i32x4.ge_u(v128.and(words, i32x4.splat(0xffff)), threshold)))
  v128.store(at, v128.and(kept, i32x4.ge_u(i32x4.shr_u(words, 16), threshold)), 16)
}

/**
 * Fills `count` floats (a multiple of 32) with 0 where a 16-bit random number is below `threshold`, else with `kept`.
 */
export function dropoutMask(mask: usize, count: i32, threshold: u32, kept: f32, key0: u32, key1: u32, c1: u32, c2: u32, c3: u32): void {
  const threshold4 = i32x4.splat(threshold)
  const kept4 = f32x4.splat(kept)
  for (let i = 0; i < count; i += 32) {
    fourBlocks(i >> 3, c1, c2, c3, key0, key1)
    const at = mask + ((<usize>i) << 2)
    storeKept(at, word0, threshold4, kept4)
    storeKept(at + 32, word1, threshold4, kept4)
    storeKept(at + 64, word2, threshold4, kept4)
    storeKept(at + 96, word3, threshold4, kept4)
  }
}
