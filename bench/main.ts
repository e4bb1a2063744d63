/**
 * `npm run bench [-- NAME …] [--pairs N] [--json FILE] [--check]`: what the lab's engine takes, measured against a peer in
 * turn on this machine. Without names: all but the long ones. Rows are printed as they come, then the table.
 */
import { parseArgs } from 'node:util'
import { benchAccuracy } from './accuracy.ts'
import { benchAllReduce } from './allreduce.ts'
import { benchEngine } from './engine.ts'
import { torchMissing, torchVersion } from './contestants.ts'
import { benchMemory } from './memory.ts'
import { hasNews, newsDirectory } from './news.ts'
import { benchOptimizer } from './optimizer.ts'
import { benchRecipe } from './recipe.ts'
import { benchScaling, benchStep } from './step.ts'
import { formatTable, makeReport, missed, rounded, worst, writeReport, type BenchReport, type BenchRow } from './report.ts'

interface Bench {
  run: (pairs: number, report: (row: BenchRow) => void) => Promise<void>
  needsTorch?: boolean
  needsNews?: boolean
  /** Runs for many minutes: only where it is named. */
  isLong?: boolean
}

const benches: Record<string, Bench> = {
  engine: { run: benchEngine, needsTorch: true },
  optimizer: { run: benchOptimizer, needsTorch: true },
  allreduce: { run: benchAllReduce, needsTorch: true },
  step: { run: benchStep, needsTorch: true },
  scaling: { run: benchScaling, needsTorch: true },
  memory: { run: benchMemory, needsTorch: true },
  recipe: { run: benchRecipe, needsNews: true, isLong: true },
  accuracy: { run: benchAccuracy, needsNews: true, isLong: true },
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pairs: { type: 'string', default: '7' }, json: { type: 'string' }, check: { type: 'boolean', default: false } },
})
const unknown = positionals.find((name) => !Object.hasOwn(benches, name))
const pairs = Number(values.pairs)
if (unknown !== undefined || !Number.isInteger(pairs) || pairs < 1) {
  console.error(unknown === undefined ? `--pairs ${values.pairs} is not a number of pairs` : `There is no benchmark ${unknown}`)
  console.error(`Benchmarks: ${Object.keys(benches).join(', ')}`)
  process.exit(2)
}

const rows: BenchRow[] = []
const skipped: BenchReport['skipped'] = []
const chosen = positionals.length > 0 ? positionals : Object.keys(benches).filter((name) => benches[name]!.isLong !== true)
for (const name of chosen) {
  const { run, needsTorch, needsNews } = benches[name]!
  if (needsTorch === true && torchVersion === null) {
    skipped.push({ bench: name, reason: torchMissing })
    continue
  }
  if (needsNews === true && !hasNews) {
    skipped.push({ bench: name, reason: `${newsDirectory} is not here` })
    continue
  }
  console.error(`${name} …`)
  await run(pairs, (row) => {
    rows.push(row)
    console.error(`  ${formatTable([row]).split('\n')[1]}`)
  })
}

console.log(`\n${formatTable(rows)}`)
for (const { bench, reason } of skipped) console.log(`skipped: ${bench}: ${reason}`)
if (values.json !== undefined) writeReport(values.json, makeReport(rows, skipped))
const least = worst(rows)
if (least) console.log(`\nworst: ${least.bench} · ${least.name}: ${least.ratio!.toFixed(2)}× where ≥ ${rounded(least.must!)} is a must`)
process.exit(values.check && missed(rows).length > 0 ? 1 : 0)
