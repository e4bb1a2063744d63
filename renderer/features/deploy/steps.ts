/** How far each of the four steps is. Pure. */
import type { DeployStep } from '../../state/deploy.ts'

/** `waiting`: something before it is missing. `ready`: it can be done now. */
export type StepState = 'waiting' | 'ready' | 'running' | 'failed' | 'done'

export interface Facts {
  /** There is a model at all. */
  hasModel: boolean
  /** The person has gone on from the first step. */
  hasChosen: boolean
  hasFolder: boolean
  isWriting: boolean
  writeFailed: boolean
  isPushed: boolean
  isPushing: boolean
  pushFailed: boolean
  isChecking: boolean
  checkFailed: boolean
  /** Null: not checked yet. */
  isAsExpected: boolean | null
}

export function stepStates(facts: Facts): Record<DeployStep, StepState> {
  const { hasModel, hasChosen, hasFolder, isPushed, isAsExpected } = facts
  return {
    model: !hasModel ? 'waiting' : hasChosen ? 'done' : 'ready',
    folder: facts.isWriting ? 'running' : facts.writeFailed ? 'failed' : hasFolder ? 'done' : hasModel && hasChosen ? 'ready' : 'waiting',
    push: facts.isPushing ? 'running' : facts.pushFailed ? 'failed' : isPushed ? 'done' : hasFolder ? 'ready' : 'waiting',
    // Whoever pushed by hand, or from another machine, has an address, too.
    check: facts.isChecking ? 'running' : facts.checkFailed || isAsExpected === false ? 'failed' : isAsExpected ? 'done' : 'ready',
  }
}
