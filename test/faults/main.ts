/**
 * `npm run faults`: tries each fault, prints a row for each figure, and says at the end what was missed. With --prove it
 * also takes each guard away and must see a figure missed. Started by scripts/faults.mjs, which bundles it.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { availableParallelism, cpus } from 'node:os'
import { faults } from './all.ts'
import type { Effort, Fault, Figure, NotHere } from './fault.ts'

interface Row {
  fault: string
  title: string
  seconds: number
  skipped?: string
  figures: Figure[]
  /** What was taken away, and whether that was noticed; with --prove only. */
  proof?: { without: string; noticed: boolean }
}

const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    prove: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
})

function chosen(): readonly Fault[] {
  const unknown = values.only.filter((name) => !faults.some((fault) => fault.name === name))
  if (unknown.length > 0) {
    console.error(`There is no fault ${unknown.join(', ')}. There are: ${faults.map(({ name }) => name).join(', ')}.`)
    process.exit(2)
  }
  return values.only.length === 0 ? faults : faults.filter(({ name }) => values.only.includes(name))
}

async function tried(
  run: (effort: Effort) => Promise<Figure[] | NotHere>,
  effort: Effort,
): Promise<{ skipped?: string; figures: Figure[] }> {
  try {
    const outcome = await run(effort)
    return Array.isArray(outcome) ? { figures: outcome } : { skipped: outcome.skipped, figures: [] }
  } catch (error) {
    // A fault that cannot be tried to its end is missed, not left out.
    const measured = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { figures: [{ what: 'tried to its end', goal: 'yes', measured, pass: false }] }
  }
}

async function row(fault: Fault, effort: Effort): Promise<Row> {
  const began = performance.now()
  const { skipped, figures } = await tried(fault.run, effort)
  const result: Row = { fault: fault.name, title: fault.title, figures, seconds: 0, ...(skipped === undefined ? {} : { skipped }) }
  if (values.prove && skipped === undefined) {
    const { figures: without } = await tried(fault.withoutGuard.run, { ...effort, long: false })
    result.proof = { without: fault.withoutGuard.what, noticed: without.some(({ pass }) => !pass) }
  }
  return { ...result, seconds: Math.round((performance.now() - began) / 100) / 10 }
}

function print({ fault, title, figures, skipped, proof, seconds }: Row): void {
  console.log(`\n${fault}: ${title} (${seconds} s)`)
  if (skipped !== undefined) console.log(`  –  not here: ${skipped}`)
  for (const { what, goal, measured, pass } of figures) console.log(`  ${pass ? '✓' : '✖'}  ${what}: ${measured}   [goal: ${goal}]`)
  if (proof) console.log(`  ${proof.noticed ? '✓  noticed' : '✖  NOT noticed'} without the guard: ${proof.without}`)
}

const list = chosen()
if (values.list) {
  for (const { name, title } of list) console.log(`${name.padEnd(24)} ${title}`)
  process.exit(0)
}

const seed = Number(values.seed)
const effort: Effort = { long: values.long, seed }
console.log(`${list.length} faults, seed ${seed}, ${values.long ? 'full numbers' : 'short form (--long for the full numbers)'}`)
const rows: Row[] = []
for (const fault of list) {
  const result = await row(fault, effort)
  rows.push(result)
  print(result)
}

const missed = rows.flatMap(({ fault, figures, proof }) => [
  ...figures.filter(({ pass }) => !pass).map(({ what }) => `${fault}: ${what}`),
  ...(proof && !proof.noticed ? [`${fault}: a missing guard (${proof.without}) went unnoticed`] : []),
])
const skipped = rows.filter((result) => result.skipped !== undefined).map(({ fault }) => fault)
if (values.json !== undefined) {
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), node: process.version, platform: process.platform }
  writeFileSync(values.json, `${JSON.stringify({ seed, long: values.long, date: new Date().toISOString(), machine, rows }, null, 2)}\n`)
}
console.log(`\n${missed.length === 0 ? 'Every goal was met.' : `Missed:\n  ${missed.join('\n  ')}`}`)
if (skipped.length > 0) console.log(`Not tried here: ${skipped.join(', ')}`)
process.exit(values.check && missed.length > 0 ? 1 : 0)
