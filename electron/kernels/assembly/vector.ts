// Element-wise helpers over float32 vectors.

/** destination += source */
export function add(destination: usize, source: usize, count: i32): void {
  let i = 0
  for (; i <= count - 16; i += 16) {
    const d = destination + ((<usize>i) << 2)
    const s = source + ((<usize>i) << 2)
    v128.store(d, f32x4.add(v128.load(d), v128.load(s)))
    v128.store(d, f32x4.add(v128.load(d, 16), v128.load(s, 16)), 16)
    v128.store(d, f32x4.add(v128.load(d, 32), v128.load(s, 32)), 32)
    v128.store(d, f32x4.add(v128.load(d, 48), v128.load(s, 48)), 48)
  }
  for (; i < count; i++) {
    const d = destination + ((<usize>i) << 2)
    store<f32>(d, load<f32>(d) + load<f32>(source + ((<usize>i) << 2)))
  }
}

/** Σ data², accumulated in float64 so that 67 million terms lose nothing. */
export function sumOfSquares(data: usize, count: i32): f64 {
  let low = f64x2.splat(0)
  let high = f64x2.splat(0)
  let i = 0
  for (; i <= count - 4; i += 4) {
    const x = v128.load(data + ((<usize>i) << 2))
    const a = f64x2.promote_low_f32x4(x)
    const b = f64x2.promote_low_f32x4(v128.shuffle<i32>(x, x, 2, 3, 0, 1))
    low = f64x2.add(low, f64x2.mul(a, a))
    high = f64x2.add(high, f64x2.mul(b, b))
  }
  const sums = f64x2.add(low, high)
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)
  for (; i < count; i++) {
    const x = <f64>load<f32>(data + ((<usize>i) << 2))
    sum += x * x
  }
  return sum
}
