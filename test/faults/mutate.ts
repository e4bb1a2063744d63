/** Mutants: a valid file or message with one to four random changes, some of bytes, some of what JSON is made of. */
import { Random } from './random.ts'

type Mutation = (bytes: Buffer, random: Random) => Buffer

const maxBytes = 4 * 1024 * 1024

const numbers = [
  '0',
  '-1',
  '-0',
  '1e309',
  '1.5',
  '9007199254740993',
  '4294967296',
  '18446744073709551615',
  '1e-320',
  'null',
  'true',
  '"1"',
  '[]',
  '{}',
]
const strings = [
  '""',
  '"__proto__"',
  '"constructor"',
  '"\\u0000"',
  '"\\ud800"',
  '"../../x"',
  '"=1+1"',
  `"${'x'.repeat(70_000)}"`,
  '0',
  'null',
  '[]',
  '{}',
]
const bytesOfInterest = [0, 1, 9, 10, 13, 34, 44, 0x7f, 0x80, 0xc0, 0xff]

const range = (bytes: Buffer, random: Random): [number, number] => {
  const begin = random.below(bytes.length + 1)
  return [begin, Math.min(bytes.length, begin + random.below(random.pick([2, 16, 256, 65_536])))]
}

/** `token` in the text, one of them replaced. */
const replaceToken =
  (token: RegExp, by: readonly string[]): Mutation =>
  (bytes, random) => {
    const text = bytes.toString('latin1')
    const found = [...text.matchAll(token)]
    if (found.length === 0) return bytes
    const { index, 0: old } = random.pick(found)
    return Buffer.from(text.slice(0, index) + random.pick(by) + text.slice(index + old.length), 'latin1')
  }

const splice = (bytes: Buffer, begin: number, end: number, middle: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, begin), middle, bytes.subarray(end)])

const mutations: readonly Mutation[] = [
  (bytes, random) => flip(bytes, random.below(bytes.length * 8)),
  (bytes, random) => flip(bytes, random.below(bytes.length * 8)),
  (bytes, random) => {
    const copy = Buffer.from(bytes)
    if (copy.length > 0) copy[random.below(copy.length)] = random.pick(bytesOfInterest)
    return copy
  },
  (bytes, random) => splice(bytes, ...range(bytes, random), Buffer.alloc(0)),
  (bytes, random) => {
    const [begin, end] = range(bytes, random)
    return splice(bytes, end, end, bytes.subarray(begin, end))
  },
  (bytes, random) => {
    const at = random.below(bytes.length + 1)
    return splice(bytes, at, at, Buffer.from(Array.from({ length: random.below(64) }, () => random.below(256))))
  },
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => {
    const [begin, end] = range(bytes, random)
    return splice(bytes, begin, end, Buffer.alloc(end - begin, random.pick(bytesOfInterest)))
  },
  replaceToken(/-?\d+(\.\d+)?/g, numbers),
  replaceToken(/-?\d+(\.\d+)?/g, numbers),
  replaceToken(/"(?:[^"\\]|\\.)*"/g, strings),
  replaceToken(/[[{,:}\]]/g, ['[', '{', ',', ':', '}', ']', '[['.repeat(50_000), '{"a":'.repeat(20_000)]),
  // A key, or a row, given twice.
  (bytes, random) => {
    const text = bytes.toString('latin1')
    const pairs = [...text.matchAll(/"[^"]{1,40}":\s*(?:-?\d+|"[^"]*"|true|false|null),/g)]
    if (pairs.length === 0) return bytes
    const { index, 0: pair } = random.pick(pairs)
    return Buffer.from(text.slice(0, index) + pair + text.slice(index), 'latin1')
  },
]

function flip(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes)
  if (copy.length > 0) copy[bit >> 3] = copy[bit >> 3]! ^ (1 << (bit & 7))
  return copy
}

/** The mutant number `index` of `seeds`; the same for the same arguments. */
export function mutant(seeds: readonly Buffer[], seed: number, index: number): Buffer {
  const random = new Random(Math.imul(seed, 1_000_003) + index)
  let bytes = random.pick(seeds)
  for (let changes = 1 + random.below(4); changes > 0; changes--) bytes = random.pick(mutations)(bytes, random).subarray(0, maxBytes)
  return bytes
}
