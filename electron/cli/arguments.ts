/**
 * Reads the arguments of one command: flags by a table, the rest as they are. Anything it does not know is refused, with
 * the flag that was probably meant. Values are checked where they are used.
 */
import { parseArgs } from 'node:util'
import type { z } from 'zod'
import { LabError } from '../../shared/contract/errors.ts'

/** 'text' takes a value, 'switch' takes none. */
export type FlagTable = Record<string, 'text' | 'switch'>

export interface Arguments {
  values: ReadonlyMap<string, string>
  switches: ReadonlySet<string>
  positionals: string[]
}

/** Throws ARGUMENT_INVALID. A flag given twice takes its last value. */
export function readArguments(argv: readonly string[], flags: FlagTable): Arguments {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, kind]) => [name, { type: kind === 'text' ? 'string' : 'boolean' } as const]),
  )
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true })
  const values = new Map<string, string>()
  const switches = new Set<string>()
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const kind = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined
    if (kind === undefined) throw unknownFlag(token.rawName, Object.keys(flags))
    if (kind === 'switch') {
      if (token.value !== undefined) throw argumentInvalid(`${token.rawName} takes no value`, `It was given "${token.value}".`)
      switches.add(token.name)
    } else {
      if (token.value === undefined || token.value === '') throw argumentInvalid(`${token.rawName} needs a value`, 'Nothing follows it.')
      values.set(token.name, token.value)
    }
  }
  return { values, switches, positionals }
}

export function refusePositionals({ positionals }: Arguments): void {
  if (positionals.length > 0) throw argumentInvalid(`"${positionals[0]}" is not expected here`, 'This command takes flags only.')
}

/** Throws ARGUMENT_INVALID where `text` is no number. */
export function toNumber(flag: string, text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && !Number.isNaN(value)) return value
  throw argumentInvalid(`${flag} ${text} is not a number`, `${flag} takes a number.`)
}

/** The value of --port, undefined where it was not given. Throws ARGUMENT_INVALID. */
export function portFrom({ values }: Arguments): number | undefined {
  const text = values.get('port')
  if (text === undefined) return undefined
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw argumentInvalid(
    `--port ${text} is not possible`,
    'A port is a whole number from 0 to 65535.',
    'Leave --port out, or give 0 and a free one is taken.',
  )
}

/** What is wrong with a value, in words: 'must be at most 16'. */
export function complaintOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small') return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`
  if (issue.code === 'too_big') return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`
  if (issue.code === 'invalid_type') return issue.expected === 'int' ? 'must be a whole number' : `must be a ${issue.expected}`
  return issue.message
}

export const argumentInvalid = (
  title: string,
  cause: string,
  suggestion = 'See npm run train -- --help (or predict, evaluate) for what is possible.',
): LabError => new LabError({ code: 'ARGUMENT_INVALID', title, cause, suggestion })

function unknownFlag(given: string, known: readonly string[]): LabError {
  const meant = nearest(given.replace(/^-+/, ''), known)
  return argumentInvalid(
    `There is no ${given}`,
    'This command has no such flag.',
    meant === null ? `It has ${known.map((name) => `--${name}`).join(', ')}.` : `Did you mean --${meant}?`,
  )
}

/** The known name with the fewest edits, if it takes no more than a third of the letters; null where none is near. */
export function nearest(name: string, known: readonly string[]): string | null {
  const ranked = known.map((candidate) => ({ candidate, distance: editDistance(name, candidate) })).sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best && best.distance <= Math.ceil(Math.max(name.length, best.candidate.length) / 3) ? best.candidate : null
}

/** Levenshtein's distance, row by row. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    previous = row
  }
  return previous[b.length]!
}
