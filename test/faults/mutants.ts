/** Thousands of mutants for everything that reads what others wrote: no crash, no hang, no untyped error, no memory without end. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { childScript } from './children.ts'
import { type Effort, type Fault, type Figure, none, within } from './fault.ts'
import type { FuzzReport } from './fuzz-child.ts'
import type { TargetName } from './fuzz-targets.ts'

/** Of one mutant. A reader without guards is soon seen to hang: it needs no more patience than the slowest may take. */
const hangMs = { careful: 10_000, careless: 3_000 }
const maxMs = 2_000
const maxBytes = 512 * 1024 * 1024

interface Mutants {
  name: TargetName
  manner: 'careful' | 'careless'
  seed: number
}

/** Feeds the mutants from `from` on; returns the index to go on from: behind the last, or behind one that crashed or hung. */
async function feed({ name, manner, seed }: Mutants, from: number, to: number, reports: FuzzReport[], wrong: string[]): Promise<number> {
  const child = fork(await childScript('fuzz-child'), [name, String(seed), String(from), String(to), manner], {
    execArgv: ['--max-old-space-size=384'],
    silent: true,
  })
  let next = from
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-600)))
  child.stdout?.resume()
  let hung = false
  let watchdog = setTimeout(() => undefined, 0)
  const watch = (): void => {
    clearTimeout(watchdog)
    watchdog = setTimeout(() => {
      hung = true
      child.kill('SIGKILL')
    }, hangMs[manner])
  }
  watch()
  child.on('message', (report: FuzzReport) => {
    watch()
    next = report.index + 1
    reports.push(report)
    if (report.outcome === 'untyped') wrong.push(`mutant ${report.index}: ${report.detail}`)
  })
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
    if (code === 0 && next === to) return to
    wrong.push(`mutant ${next}: ${hung ? 'hangs' : `crash, ${signal ?? `exit code ${code}`} ${errors.trim()}`}`)
    return next + 1
  } finally {
    clearTimeout(watchdog)
    child.kill('SIGKILL')
  }
}

const measure =
  (name: TargetName, manner: Mutants['manner']) =>
  async ({ long, seed }: Effort): Promise<Figure[]> => {
    const count = long ? 10_000 : 300
    const reports: FuzzReport[] = []
    const wrong: string[] = []
    // Each crash costs a process; a few tell enough.
    const enough = manner === 'careful' ? 20 : 3
    for (let next = 0; next < count && wrong.length < enough;) next = await feed({ name, manner, seed }, next, count, reports, wrong)
    const refused = reports.filter(({ outcome }) => outcome === 'refused').length
    const largest = Math.max(...reports.map(({ rssBytes }) => rssBytes))
    return [
      none(`mutants that crash, hang or give an untyped error (${refused} refused, ${reports.length - refused} harmless)`, count, wrong),
      within(
        'the slowest',
        maxMs,
        reports.map(({ ms }) => ms),
      ),
      {
        what: 'memory of the whole process, at most',
        goal: '≤ 512 MB',
        measured: `${(largest / 2 ** 20).toFixed(0)} MB`,
        pass: largest <= maxBytes,
      },
    ]
  }

/** What the mutants are of, and who is without a guard against them (`careless-targets.ts`). */
const targets: Record<TargetName, [of: string, careless: string]> = {
  safetensors: ['safetensors files', 'a reader that believes the header'],
  tokenizer: ['tokenizer.json', 'a reader that takes the vocabulary as it stands there'],
  config: ['config.json of a model folder', 'a reader that makes whatever sizes it is told'],
  bert: ['config.json of a BERT folder of transformers', 'a reader that makes whatever sizes it is told'],
  index: ['indexes of sharded weights', 'a reader that opens whatever it names'],
  vocabulary: ['vocab.txt', 'a reader that takes every line as it stands'],
  csv: ['CSV files', 'a reader that cuts at commas and line ends'],
  jsonl: ['JSON Lines', 'a reader that parses whatever a line holds'],
  parquet: ['Parquet files', 'a reader that takes the sizes the file gives'],
  contract: ['messages of the contract, over a WebSocket', 'a server that takes calls without a schema'],
  frames: ['frames of the ring', 'a reader that takes as many bytes as a frame has, unchecked'],
}

export const mutants: readonly Fault[] = Object.entries(targets).map(([target, [of, careless]]) => ({
  name: `mutants-${target}`,
  title: `10,000 mutants of ${of}`,
  run: measure(target as TargetName, 'careful'),
  withoutGuard: { what: careless, run: measure(target as TargetName, 'careless') },
}))
