/**
 * A process that feeds mutants to one target and tells of each how it went. It is a process so that what crashes or hangs
 * is this one, and what takes memory can be measured.
 */
import { openCarelessTarget } from './careless-targets.ts'
import { isTyped, openTarget, type TargetName } from './fuzz-targets.ts'
import { mutant } from './mutate.ts'
import { inTemporaryDirectory } from './temporary.ts'

export interface FuzzReport {
  index: number
  outcome: 'accepted' | 'refused' | 'untyped'
  ms: number
  rssBytes: number
  /** Of an untyped error. */
  detail: string
}

const [name, seed, from, to, manner] = process.argv.slice(2) as [TargetName, string, string, string, 'careful' | 'careless']
process.on('disconnect', () => process.exit(0))

await inTemporaryDirectory(async (directory) => {
  const target = await (manner === 'careful' ? openTarget : openCarelessTarget)(name, directory)
  for (let index = Number(from); index < Number(to); index++) {
    const bytes = mutant(target.seeds, Number(seed), index)
    const began = performance.now()
    let outcome: FuzzReport['outcome'] = 'accepted'
    let detail = ''
    try {
      await target.feed(bytes)
    } catch (error) {
      outcome = isTyped(error) ? 'refused' : 'untyped'
      if (outcome === 'untyped') detail = error instanceof Error ? (error.stack ?? error.message).slice(0, 400) : String(error)
    }
    const report: FuzzReport = { index, outcome, ms: performance.now() - began, rssBytes: process.memoryUsage.rss(), detail }
    await new Promise((resolve) => process.send!(report, resolve))
  }
  await target.close?.()
})
process.exit(0)
