/** Checks of steps and experiments, made of the checks of programs (shared/lessons/checks.ts), which tests hold as well. */
import type { Arm, ProgramId } from '../../shared/domain/workbench.ts'
import { judge } from '../../shared/lessons/checks.ts'
import type { RunVerdict } from '../../shared/lessons/run-checks.ts'
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

/** A check of training runs, on those with these names. */
export const judgedRuns =
  (names: readonly string[], check: RunVerdict): Check =>
  (evidence) => {
    const runs = names.flatMap((name) => evidence.run(name) ?? [])
    return runs.length < names.length ? null : check(runs)
  }
