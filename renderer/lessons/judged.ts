/** Checks of steps and experiments, made of the checks of programs (shared/lessons/checks.ts), which tests hold as well. */
import type { ExportedFolder } from '../../shared/domain/export.ts'
import type { Arm, ProgramId } from '../../shared/domain/workbench.ts'
import { judge } from '../../shared/lessons/checks.ts'
import { finalRunStates } from '../../shared/domain/run.ts'
import type { Verdict } from '../../shared/lessons/check.ts'
import type { RecordedRun, RunVerdict } from '../../shared/lessons/run-checks.ts'
import type { Check } from './lesson.ts'

/** The program's check, on this arm. */
export const judged =
  <Id extends ProgramId>(program: Id, arm: Arm<Id>): Check =>
  (evidence) => {
    const result = evidence.result(program, arm)
    return result && judge(result)
  }

/** The check has to tell the forms apart: it refuses every broken arm and accepts the fixed one. */
export const toldApart =
  <Id extends ProgramId>(program: Id, broken: readonly Arm<Id>[], fixed: Arm<Id>): Check =>
  (evidence) => {
    const whole = evidence.result(program, fixed)
    const faulty = broken.flatMap((arm) => evidence.result(program, arm) ?? [])
    if (!whole || faulty.length < broken.length) return null
    const good = judge(whole)
    const bad = faulty.map((result) => judge(result))
    if (!good.met) return { met: false, because: `Even the repaired form fails: ${good.because}` }
    const unnoticed = bad.find(({ met }) => met)
    if (unnoticed) return { met: false, because: `The fault did not show this time: ${unnoticed.because} Run it again.` }
    return { met: true, because: `Broken: ${bad.map(({ because }) => because).join(' ')} Fixed: ${good.because}` }
  }

/** As `toldApart`, for two training runs. Null while one of them is going on. */
export const runsToldApart =
  (brokenName: string, fixedName: string, check: (run: RecordedRun) => Verdict): Check =>
  (evidence) => {
    const [broken, fixed] = [evidence.run(brokenName), evidence.run(fixedName)]
    if (!broken || !fixed || ![broken, fixed].every(({ record }) => finalRunStates.includes(record.state))) return null
    const [bad, good] = [check(broken), check(fixed)]
    if (!good.met) return { met: false, because: `Even the repaired form fails: ${good.because}` }
    if (bad.met) return { met: false, because: `The fault did not show this time: ${bad.because} Run it again.` }
    return { met: true, because: `Broken: ${bad.because} Fixed: ${good.because}` }
  }

/** Of the cards of a deck, each answered, on average at least so well. */
const enoughScore = 0.6

export const cardsScored =
  (deck: readonly { id: string }[]): Check =>
  (evidence) => {
    const scores = deck.flatMap(({ id }) => evidence.card(id) ?? [])
    if (scores.length === 0) return null
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
    const words = `${scores.length} of ${deck.length} cards answered, with ${Math.round(mean * 100)} % of the points`
    return {
      met: scores.length === deck.length && mean >= enoughScore,
      because: `${words}; all cards and ${enoughScore * 100} % are asked for.`,
    }
  }

/** A check of the lessons' export. */
export const judgedExport =
  (check: (folder: ExportedFolder) => Verdict): Check =>
  ({ exported }) =>
    exported && check(exported)

/** A check of training runs, on those with these names. */
export const judgedRuns =
  (names: readonly string[], check: RunVerdict): Check =>
  (evidence) => {
    const runs = names.flatMap((name) => evidence.run(name) ?? [])
    return runs.length < names.length ? null : check(runs)
  }
