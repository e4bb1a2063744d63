/**
 * The work that the lab does for a Space: its folder is written, or sent to the hub; one at a time, since a folder that is
 * being sent must stay as it is. It goes on while no page is open, ends with the lab, and the newest outcomes are kept to be
 * shown. How a Space is written and sent is the business of `electron/spaces`.
 */
import { randomUUID } from 'node:crypto'
import { LabError, toLabErrorInfo } from '../../shared/contract/errors.ts'
import type { PushEvent, SpacePushing, SpaceWork, SpaceWriteEvent, SpaceWriting } from '../../shared/domain/space.ts'
import { News } from './news.ts'

type Kind = keyof SpaceWork
type Begun = Pick<SpaceWriting, 'id' | 'state' | 'error'>
type Told = SpaceWriteEvent | PushEvent

/** What is news of a piece of work. */
interface Change extends Partial<Pick<SpaceWriting, 'state' | 'error' | 'folder'> & Pick<SpacePushing, 'result'>> {
  progress?: Extract<Told, { type: 'progress' }>['progress']
}

export class SpaceDesk {
  #work: SpaceWork = { writing: null, pushing: null }
  #active: { id: string; kind: Kind; controller: AbortController; ended: Promise<void> } | null = null
  readonly #news = new News()

  /** Begins to write, and gives the work its id. Throws TOO_BUSY. */
  write(
    what: Pick<SpaceWriting, 'modelId' | 'checkpoint' | 'kind' | 'folderName' | 'title'>,
    events: (signal: AbortSignal) => AsyncIterable<SpaceWriteEvent>,
  ): string {
    const progress = { stage: 'starting', fraction: 0, etaMs: null }
    return this.#begin('writing', (begun) => ({ writing: { ...what, ...begun, progress, folder: null }, pushing: null }), events)
  }

  /** Begins to push, and gives the work its id. Throws TOO_BUSY. */
  push(what: Pick<SpacePushing, 'folder' | 'name' | 'isPrivate'>, events: (signal: AbortSignal) => AsyncIterable<PushEvent>): string {
    const progress = { stage: 'starting', sentBytes: 0, totalBytes: null, bytesPerSec: null, etaMs: null }
    return this.#begin('pushing', (begun) => ({ ...this.#work, pushing: { ...what, ...begun, progress, result: null } }), events)
  }

  /** Returns when it has cleared up after itself. */
  async cancel(id: string): Promise<void> {
    if (this.#active?.id === id) await this.close()
  }

  /** Ends what is going on. */
  async close(): Promise<void> {
    this.#active?.controller.abort()
    await this.#active?.ended
  }

  /** Now, and again after every change, until `signal`. */
  watch(signal?: AbortSignal): AsyncGenerator<SpaceWork, void> {
    return this.#news.follow(() => this.#work, signal)
  }

  #begin(kind: Kind, first: (begun: Begun) => SpaceWork, events: (signal: AbortSignal) => AsyncIterable<Told>): string {
    if (this.#active) throw tooBusy(this.#active.kind)
    const id = randomUUID()
    const controller = new AbortController()
    this.#work = first({ id, state: 'running', error: null })
    this.#news.tell()
    this.#active = { id, kind, controller, ended: this.#follow(kind, events(controller.signal), controller.signal) }
    return id
  }

  async #follow(kind: Kind, events: AsyncIterable<Told>, signal: AbortSignal): Promise<void> {
    const ended = await this.#readAll(kind, events).then(
      () => ({ state: 'done' as const }),
      (error: unknown) => (signal.aborted ? { state: 'cancelled' as const } : { state: 'failed' as const, error: described(error) }),
    )
    // Whoever hears of its end may begin the next.
    this.#active = null
    this.#change(kind, ended)
  }

  async #readAll(kind: Kind, events: AsyncIterable<Told>): Promise<void> {
    for await (const event of events) this.#change(kind, changeOf(event))
  }

  #change(kind: Kind, change: Change): void {
    this.#work = { ...this.#work, [kind]: { ...this.#work[kind], ...change } }
    this.#news.tell()
  }
}

function changeOf(event: Told): Change {
  if (event.type === 'progress') return { progress: event.progress }
  return 'folder' in event ? { folder: event.folder } : { result: event.result }
}

function described(error: unknown): LabError['info'] {
  const info = toLabErrorInfo(error)
  if (info.code === 'INTERNAL') console.error(error)
  return info
}

const tooBusy = (kind: Kind): LabError =>
  new LabError({
    code: 'TOO_BUSY',
    title: kind === 'writing' ? 'The lab is writing a Space' : 'The lab is pushing a Space',
    cause: 'It does so one at a time, whichever window asked for it: a folder that is being sent must stay as it is.',
    suggestion: 'Wait for its end or cancel it on the Deploy screen, then try again.',
  })
