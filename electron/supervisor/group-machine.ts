/**
 * The one machine that decides what a run's group of ranks does next. Ranks only report; persons only ask; this pure
 * function says which phase follows and what is to be done. It starts no process and reads no clock: `session.ts` feeds it
 * and carries out its actions, so every course of a run can be written down as a list of events and tested.
 *
 *   starting → rendezvous → ready → running ⇄ checkpointing
 *                                      ↓ failure, stop, pause
 *      starting ← restarting ← ──── draining ──→ done · stopped · paused · failed
 */
import { firstCause, type RankFailure } from './failure.ts'
import { mismatchOf } from './mismatch.ts'
import type { RankDigests } from '../rank/protocol.ts'
import { backoffMs, mayGoOn, ranksThatGoOn, waitsForPerson } from './retry-policy.ts'

export type GroupPhase =
  'starting' | 'rendezvous' | 'ready' | 'running' | 'checkpointing' | 'draining' | 'restarting' | 'done' | 'stopped' | 'paused' | 'failed'

export interface GroupState {
  phase: GroupPhase
  /** What a person wants of the run. */
  intent: 'finish' | 'stop' | 'pause'
  attempt: number
  worldSize: number
  maxRestarts: number
  elastic: boolean
  restartsWithoutProgress: number
  /** Of this attempt. */
  greeted: ReadonlySet<number>
  digests: ReadonlyMap<number, RankDigests>
  finished: ReadonlyMap<number, 'done' | 'stopped'>
  exited: ReadonlySet<number>
  failures: readonly RankFailure[]
  saving: boolean
  /** The processes were told to end; whatever they say and however they exit is a consequence of that. */
  ending: boolean
}

/** Of ranks: they carry the attempt they belong to. */
export type RankEvent =
  | { type: 'greeted'; rank: number }
  | { type: 'ready'; rank: number; digests: RankDigests }
  | { type: 'training' }
  | { type: 'saving' }
  | { type: 'saved' }
  | { type: 'finished'; rank: number; reason: 'done' | 'stopped' }
  | { type: 'failed'; failure: RankFailure }
  | { type: 'exited'; rank: number }

/** Of persons, and of deadlines that an earlier action set. */
export type OwnEvent =
  | { type: 'stop' | 'pause' | 'kill' | 'stoppedTooLong' }
  | { type: 'heardEnough' | 'savingTooLong' | 'terminatedTooLong' | 'killedTooLong' | 'backedOff' | 'lingered' }

export type GroupEvent = (RankEvent | OwnEvent) & { attempt: number }

export type GroupAction =
  | { type: 'go' }
  | { type: 'askToStop' }
  | { type: 'signal'; signal: 'SIGTERM' | 'SIGKILL' }
  /** Comes back as `event`, of this attempt, after so much waking time. */
  | { type: 'after'; ms: number; event: OwnEvent['type'] }
  /** Find the checkpoint, then start the next attempt after `backoffMs`. */
  | { type: 'prepareRestart'; backoffMs: number }
  | { type: 'launch' }
  /** The run is over. */
  | { type: 'conclude' }

export interface Transition {
  state: GroupState
  actions: GroupAction[]
}

/** How long failing ranks are listened to before all are ended: their reports tell the first cause from its consequences. */
export const collectMs = 300
export const gracefulStopMs = 10_000
/** A stop that has come as far as saving may take this long: a large checkpoint on a slow disk. */
export const savingStopMs = 120_000
export const terminateMs = 2_000
/** A killed process that is still there after this hangs in the kernel; the run ends without waiting for it. */
export const reapMs = 5_000

const final: ReadonlySet<GroupPhase> = new Set(['done', 'stopped', 'paused', 'failed'])

export function startGroup(options: Pick<GroupState, 'attempt' | 'worldSize' | 'maxRestarts' | 'elastic'>): GroupState {
  return { ...options, phase: 'starting', intent: 'finish', restartsWithoutProgress: 0, ...freshAttempt() }
}

function freshAttempt() {
  return {
    greeted: new Set<number>(),
    digests: new Map(),
    finished: new Map(),
    exited: new Set<number>(),
    failures: [],
    saving: false,
    ending: false,
  }
}

export const isOver = ({ phase }: GroupState): boolean => final.has(phase)

/** What follows `event`. Events of another attempt, and any after the end, change nothing. */
export function transition(state: GroupState, event: GroupEvent): Transition {
  if (event.attempt !== state.attempt || isOver(state)) return { state, actions: [] }
  switch (event.type) {
    case 'greeted':
      return greet(state, event.rank)
    case 'ready':
      return becomeReady(state, event.rank, event.digests)
    case 'training':
      return only(state.phase === 'ready' || state.phase === 'checkpointing' ? { ...state, phase: 'running' } : state)
    case 'saving':
      return only({ ...state, phase: state.phase === 'running' ? 'checkpointing' : state.phase, saving: true })
    case 'saved':
      return only({ ...state, phase: state.phase === 'checkpointing' ? 'running' : state.phase, saving: false, restartsWithoutProgress: 0 })
    case 'finished':
      return finish(state, event.rank, event.reason)
    case 'failed':
      return fail(state, event.failure)
    case 'exited':
      return afterExit({ ...state, exited: new Set([...state.exited, event.rank]) })
    case 'stop':
    case 'pause':
      return ask(state, event.type)
    case 'kill':
      return state.phase === 'restarting' ? end({ ...state, phase: 'stopped' }) : signal({ ...state, intent: 'stop' }, 'SIGKILL')
    case 'stoppedTooLong':
      if (state.saving) return { state, actions: [{ type: 'after', ms: savingStopMs, event: 'savingTooLong' }] }
      return state.ending ? only(state) : signal(state, 'SIGTERM')
    case 'savingTooLong':
    case 'heardEnough':
    case 'lingered':
      return state.ending ? only(state) : signal(state, 'SIGTERM')
    case 'terminatedTooLong':
      return signal(state, 'SIGKILL')
    case 'killedTooLong':
      return end({ ...state, phase: 'failed' })
    case 'backedOff':
      return state.phase === 'restarting' ? { state: { ...state, phase: 'starting' }, actions: [{ type: 'launch' }] } : only(state)
  }
}

const only = (state: GroupState): Transition => ({ state, actions: [] })
const end = (state: GroupState): Transition => ({ state, actions: [{ type: 'conclude' }] })

function signal(state: GroupState, name: 'SIGTERM' | 'SIGKILL'): Transition {
  const next: GroupAction =
    name === 'SIGTERM'
      ? { type: 'after', ms: terminateMs, event: 'terminatedTooLong' }
      : { type: 'after', ms: reapMs, event: 'killedTooLong' }
  return { state: { ...state, phase: 'draining', ending: true }, actions: [{ type: 'signal', signal: name }, next] }
}

function greet(state: GroupState, rank: number): Transition {
  const greeted = new Set([...state.greeted, rank])
  const all = greeted.size === state.worldSize
  return only({ ...state, greeted, phase: all && state.phase === 'starting' ? 'rendezvous' : state.phase })
}

function becomeReady(state: GroupState, rank: number, own: RankDigests): Transition {
  const digests = new Map([...state.digests, [rank, own] as const])
  const next = { ...state, digests }
  if (digests.size < state.worldSize || state.ending) return only(next)
  const mismatch = mismatchOf(digests)
  if (mismatch !== null) return fail(next, mismatch)
  // A run that is being stopped goes, too: its ranks agree to stop before their first step.
  return { state: { ...next, phase: state.phase === 'draining' ? 'draining' : 'ready' }, actions: [{ type: 'go' }] }
}

function finish(state: GroupState, rank: number, reason: 'done' | 'stopped'): Transition {
  const finished = new Map([...state.finished, [rank, reason] as const])
  const all = finished.size === state.worldSize
  // Whoever does not leave after its last word is helped out.
  return {
    state: { ...state, finished, phase: all ? 'draining' : state.phase },
    actions: all ? [{ type: 'after', ms: terminateMs, event: 'lingered' }] : [],
  }
}

function ask(state: GroupState, intent: 'stop' | 'pause'): Transition {
  if (state.phase === 'restarting') return end({ ...state, intent, phase: intent === 'pause' ? 'paused' : 'stopped' })
  // The ranks are ending already, perhaps because one failed; then there is to be no other attempt.
  if (state.phase === 'draining') return only(state.intent === 'finish' ? { ...state, intent } : state)
  return {
    state: { ...state, intent, phase: 'draining' },
    actions: [{ type: 'askToStop' }, { type: 'after', ms: gracefulStopMs, event: 'stoppedTooLong' }],
  }
}

function fail(state: GroupState, failure: RankFailure): Transition {
  if (state.ending && state.failures.length === 0) return only(state)
  // Nobody is left to listen to: the way to the next attempt is barred.
  if (state.phase === 'restarting') return end({ ...state, phase: waitsForPerson(failure) ? 'paused' : 'failed', failures: [failure] })
  const failed = { ...state, phase: 'draining' as const, failures: [...state.failures, failure] }
  const isFirst = state.failures.length === 0
  return { state: failed, actions: isFirst ? [{ type: 'after', ms: collectMs, event: 'heardEnough' }] : [] }
}

/** Nothing is decided while a process is left: it might still write. */
function afterExit(state: GroupState): Transition {
  if (state.exited.size < state.worldSize) return only(state)
  if (state.failures.length === 0) {
    const all = state.finished.size === state.worldSize
    const done = all && [...state.finished.values()].every((reason) => reason === 'done')
    return end({ ...state, phase: done ? 'done' : all && state.intent === 'pause' ? 'paused' : 'stopped' })
  }
  const { failures, restartsWithoutProgress: restarts, maxRestarts } = state
  if (waitsForPerson(firstCause(failures))) return end({ ...state, phase: 'paused' })
  if (state.intent !== 'finish' || restarts >= maxRestarts || !mayGoOn(firstCause(failures))) return end({ ...state, phase: 'failed' })
  return {
    state: {
      ...state,
      ...freshAttempt(),
      phase: 'restarting',
      attempt: state.attempt + 1,
      worldSize: ranksThatGoOn(state.worldSize, failures, state),
      restartsWithoutProgress: restarts + 1,
    },
    actions: [{ type: 'prepareRestart', backoffMs: backoffMs(restarts) }],
  }
}
