// The checksum of frames on the ring: Fletcher's (1982), on 32-bit words and in four lanes. `sum` adds up the words,
// `weighted` the sums, so that it also feels where a word stands. It runs at the memory's speed, which a CRC-32 in
// software does not, and takes part in the pass that adds the gradients. Any change within one word changes `sum`.
// Low half of the result: all lanes of `sum`; high half: those of `weighted`, times 1, 3, 5 and 7, to tell lanes apart.

function fold(sum: v128, weighted: v128): u64 {
  const low: u32 = i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3)
  const high: u32 =
    i32x4.extract_lane(weighted, 0) +
    3 * i32x4.extract_lane(weighted, 1) +
    5 * i32x4.extract_lane(weighted, 2) +
    7 * i32x4.extract_lane(weighted, 3)
  return ((<u64>high) << 32) | (<u64>low)
}

// The last bytes of a payload, filled up with zeros to a whole block.
function tail(from: usize, count: i32): v128 {
  let block = i32x4.splat(0)
  if (count > 0) block = i32x4.replace_lane(block, 0, <i32>bytesAt(from, count))
  if (count > 4) block = i32x4.replace_lane(block, 1, <i32>bytesAt(from + 4, count - 4))
  if (count > 8) block = i32x4.replace_lane(block, 2, <i32>bytesAt(from + 8, count - 8))
  if (count > 12) block = i32x4.replace_lane(block, 3, <i32>bytesAt(from + 12, count - 12))
  return block
}

function bytesAt(from: usize, count: i32): u32 {
  let word: u32 = 0
  for (let i = 0; i < min(count, 4); i++) word |= (<u32>load<u8>(from + i)) << (8 * i)
  return word
}

/** Of `count` bytes. */
export function checksum(data: usize, count: i32): u64 {
  let sum = i32x4.splat(0)
  let weighted = i32x4.splat(0)
  let i = 0
  for (; i <= count - 32; i += 32) {
    sum = i32x4.add(sum, v128.load(data + i))
    weighted = i32x4.add(weighted, sum)
    sum = i32x4.add(sum, v128.load(data + i, 16))
    weighted = i32x4.add(weighted, sum)
  }
  for (; i < count; i += 16) {
    sum = i32x4.add(sum, i <= count - 16 ? v128.load(data + i) : tail(data + i, count - i))
    weighted = i32x4.add(weighted, sum)
  }
  return fold(sum, weighted)
}

let sumsChecksum: u64 = 0

/** Checksum of what the last `addChecked` left in its destination. */
export function lastSumsChecksum(): u64 {
  return sumsChecksum
}

/** destination += source, `count` floats. Returns the checksum of `source`. */
export function addChecked(destination: usize, source: usize, count: i32): u64 {
  let sumIn = i32x4.splat(0)
  let weightedIn = i32x4.splat(0)
  let sumOut = i32x4.splat(0)
  let weightedOut = i32x4.splat(0)
  let i = 0
  for (; i <= count - 4; i += 4) {
    const at = (<usize>i) << 2
    const addend = v128.load(source + at)
    sumIn = i32x4.add(sumIn, addend)
    weightedIn = i32x4.add(weightedIn, sumIn)
    const total = f32x4.add(v128.load(destination + at), addend)
    v128.store(destination + at, total)
    sumOut = i32x4.add(sumOut, total)
    weightedOut = i32x4.add(weightedOut, sumOut)
  }
  if (i < count) {
    const at = (<usize>i) << 2
    const left = (count - i) * 4
    sumIn = i32x4.add(sumIn, tail(source + at, left))
    weightedIn = i32x4.add(weightedIn, sumIn)
    for (; i < count; i++) {
      const to = destination + ((<usize>i) << 2)
      store<f32>(to, load<f32>(to) + load<f32>(source + ((<usize>i) << 2)))
    }
    sumOut = i32x4.add(sumOut, tail(destination + at, left))
    weightedOut = i32x4.add(weightedOut, sumOut)
  }
  sumsChecksum = fold(sumOut, weightedOut)
  return fold(sumIn, weightedIn)
}
