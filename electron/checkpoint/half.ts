/** 16-bit floating point to 32-bit: exact, since every such number is a float too. */

/** bfloat16 is the upper half of a float. */
export function bfloatToFloat(halves: Uint16Array, target: Float32Array): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length)
  for (let index = 0; index < halves.length; index++) bits[index] = halves[index]! << 16
}

let floatOfHalf: Float32Array | undefined

/** IEEE 754 binary16, by a table of all of them. */
export function halfToFloat(halves: Uint16Array, target: Float32Array): void {
  floatOfHalf ??= Float32Array.from({ length: 0x1_0000 }, (_, bits) => valueOfHalf(bits))
  for (let index = 0; index < halves.length; index++) target[index] = floatOfHalf[halves[index]!]!
}

/** 1 bit of sign, 5 of exponent, 10 of fraction. */
function valueOfHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
