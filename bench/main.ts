/**
 * `npm run bench [-- NAME …] [--device NAME] [--pairs N] [--json FILE] [--check]`: what the lab's engine takes, measured against a peer in
 * turn on this machine. Without names: all but the long ones. Rows are printed as they come, then the table.
 */
import { parseArgs } from 'node:util'
import { deviceSchema, type Device } from '../shared/domain/device.ts'
import { whyNoBrowser } from '../test/helpers/browser.ts'
import { benchAccuracy } from './accuracy.ts'
import { benchAllReduce } from './allreduce.ts'
import { benchCompare } from './compare.ts'
import { benchEngine } from './engine.ts'
import { torchMissing, torchVersion } from './contestants.ts'
import { benchInference } from './inference.ts'
import { benchMemory } from './memory.ts'
import { hasNews, newsDirectory } from './news.ts'
import { benchOptimizer } from './optimizer.ts'
import { benchRecipe } from './recipe.ts'
import { benchServe } from './serve.ts'
import { benchScaling, benchStep } from './step.ts'
import { formatTable, makeReport, missed, rounded, worst, writeReport, type BenchReport, type BenchRow } from './report.ts'

interface Bench {
  run: (pairs: number, report: (row: BenchRow) => void, device: Device) => Promise<void>
  /** Whether it can run on other devices than the CPU. */
  hasDevices?: boolean
  needsTorch?: boolean
  needsNews?: boolean
  needsBrowser?: boolean
  /** Runs for many minutes: only where it is named. */
  isLong?: boolean
}

const benches: Record<string, Bench> = {
  engine: { run: benchEngine, needsTorch: true, hasDevices: true },
  optimizer: { run: benchOptimizer, needsTorch: true },
  allreduce: { run: benchAllReduce, needsTorch: true },
  step: { run: benchStep, needsTorch: true },
  scaling: { run: benchScaling, needsTorch: true },
  memory: { run: benchMemory, needsTorch: true },
  inference: { run: benchInference },
  serve: { run: benchServe },
  compare: { run: benchCompare, needsBrowser: true },
  recipe: { run: benchRecipe, needsNews: true, isLong: true },
  accuracy: { run: benchAccuracy, needsNews: true, isLong: true },
}

const { values, positionals } = readArguments()
const device = deviceSchema.safeParse(values.device).data
const unknown = positionals.find((name) => !Object.hasOwn(benches, name))
const pairs = Number(values.pairs)
if (unknown !== undefined) refuse(`There is no benchmark ${unknown}`)
if (!Number.isInteger(pairs) || pairs < 1) refuse(`--pairs ${values.pairs} is not a number of pairs`)
if (device === undefined) refuse(`--device ${values.device} must be one of ${deviceSchema.options.join(', ')}`)

const rows: BenchRow[] = []
let broken = false
const skipped: BenchReport['skipped'] = []
const usual = ({ isLong, hasDevices }: Bench): boolean => isLong !== true && (device === 'cpu' || hasDevices === true)
const chosen = positionals.length > 0 ? positionals : Object.keys(benches).filter((name) => usual(benches[name]!))
for (const name of chosen) {
  const { run, needsTorch, needsNews, needsBrowser, hasDevices } = benches[name]!
  if (device !== 'cpu' && hasDevices !== true) {
    skipped.push({ bench: name, reason: 'it measures the CPU only' })
    continue
  }
  if (needsTorch === true && device === 'cpu' && torchVersion === null) {
    skipped.push({ bench: name, reason: torchMissing })
    continue
  }
  if (needsNews === true && !hasNews) {
    skipped.push({ bench: name, reason: `${newsDirectory} is not here` })
    continue
  }
  if (needsBrowser === true && whyNoBrowser !== null) {
    skipped.push({ bench: name, reason: whyNoBrowser })
    continue
  }
  console.error(`${name} …`)
  const report = (row: BenchRow): void => {
    rows.push(row)
    console.error(`  ${formatTable([row]).split('\n')[1]}`)
  }
  try {
    await run(pairs, report, device)
  } catch (error) {
    broken = true
    console.error(`✖ ${name} broke off: ${error instanceof Error ? error.message : String(error)}`)
  }
}

console.log(`\n${formatTable(rows)}`)
for (const { bench, reason } of skipped) console.log(`skipped: ${bench}: ${reason}`)
if (values.json !== undefined) writeReport(values.json, makeReport(rows, skipped))
const least = worst(rows)
if (least) console.log(`\nworst: ${least.bench} · ${least.name}: ${least.ratio!.toFixed(2)}× where ≥ ${rounded(least.must!)} is a must`)
process.exit(broken || (values.check && missed(rows).length > 0) ? 1 : 0)

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        device: { type: 'string', default: 'cpu' },
        pairs: { type: 'string', default: '7' },
        json: { type: 'string' },
        check: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

function refuse(why: string): never {
  console.error(`✖ ${why}\n  do:  npm run bench -- [${Object.keys(benches).join('|')}] [--device NAME] [--pairs N] [--json FILE] [--check]`)
  process.exit(2)
}
