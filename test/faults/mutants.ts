/** Thousands of mutants for everything that reads what others wrote: no crash, no hang, no untyped error, no memory without end. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { childScript } from './children.ts'
import { type Effort, type Fault, type Figure, none, within } from './fault.ts'
import type { FuzzReport } from './fuzz-child.ts'
import type { TargetName } from './fuzz-targets.ts'

const hangMs = 10_000
const maxMs = 2_000
const maxBytes = 512 * 1024 * 1024

/** Feeds the mutants from `from` on; returns the index to go on from: behind the last, or behind one that crashed or hung. */
async function feed(name: TargetName, seed: number, from: number, to: number, reports: FuzzReport[], wrong: string[]): Promise<number> {
  const child = fork(await childScript('fuzz-child'), [name, String(seed), String(from), String(to)], {
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
    }, hangMs)
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
  (name: TargetName) =>
  async ({ long, seed }: Effort): Promise<Figure[]> => {
    const count = long ? 10_000 : 300
    const reports: FuzzReport[] = []
    const wrong: string[] = []
    for (let next = 0; next < count && wrong.length < 20;) next = await feed(name, seed, next, count, reports, wrong)
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

const titles: Partial<Record<TargetName, string>> = {
  safetensors: 'safetensors files',
  tokenizer: 'tokenizer.json',
  config: 'config.json of a model folder',
  bert: 'config.json of a BERT folder of transformers',
  index: 'indexes of sharded weights',
  vocabulary: 'vocab.txt',
  csv: 'CSV files',
  contract: 'messages of the contract, over a WebSocket',
  frames: 'frames of the ring',
}

export const mutants: readonly Fault[] = Object.entries(titles).map(([name, what]) => ({
  name: `mutants-${name}`,
  title: `10,000 mutants of ${what}`,
  run: measure(name as TargetName),
  ...(name === 'safetensors' ? { withoutGuard: { what: 'a reader that believes the header', run: measure('careless') } } : {}),
}))
