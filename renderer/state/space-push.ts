/**
 * The way of a written Space to the hub: whose token the lab has, what is there under the name, the question whether to
 * overwrite it, and the push, which is the lab's work: closing the page does not end it. The token itself never comes here.
 */
import { create } from 'zustand'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import type { HubAccount, PublishedSpace, PushProgress, PushResult, SpaceFolder, SpacePushing } from '../../shared/domain/space.ts'
import { lab } from '../ipc/client.ts'
import { toErrorInfo } from '../ipc/errors.ts'
import { useDeploy } from './deploy.ts'
import { refresh, unknown } from './remote.ts'
import type { Remote } from './remote.ts'
import { useSpaceCheck } from './space-check.ts'

interface SpacePushState {
  account: Remote<HubAccount>
  /** The two parts of the name; null: what the lab suggests. */
  owner: string | null
  name: string | null
  isPrivate: boolean
  /** The folder of the push that is going on or was the last. */
  folder: SpaceFolder | null
  /** What is in the way, until the person has answered. */
  found: PublishedSpace | null
  progress: PushProgress | null
  result: PushResult | null
  error: LabErrorInfo | null
  wasCancelled: boolean
  set(draft: Partial<Pick<SpacePushState, 'owner' | 'name' | 'isPrivate'>>): void
  refreshAccount(): Promise<void>
  /** Looks what is there, and sends the folder where there is nothing to lose; else it asks, by `found`. */
  push(folder: SpaceFolder, name: string): Promise<void>
  /** Yes to the question: what was seen, and only that, may be replaced. */
  overwrite(): Promise<void>
  /** No to it. */
  leaveIt(): void
  cancel(): Promise<void>
  /** What the lab tells of its push, this page's or another's; null: none since the last folder was written. */
  hear(work: SpacePushing | null): void
}

const nothingYet = { found: null, result: null, error: null, wasCancelled: false }
/** A push, and its result, belong to the folder as it was then. */
export const isSameFolder = (one: SpaceFolder | null, other: SpaceFolder | null): boolean =>
  one !== null && one.path === other?.path && one.facts.createdAt === other.facts.createdAt

/** Before the lab has taken it over. */
export const looking: PushProgress = { stage: 'looking what is there', sentBytes: 0, totalBytes: null, bytesPerSec: null, etaMs: null }

export const useSpacePush = create<SpacePushState>((set, get) => {
  let abort: AbortController | null = null
  /** What was heard last of the lab's work. */
  let heard: SpacePushing | null = null

  /** Until the lab has taken the work over; where it was let go of, it says so and no more. */
  async function begin(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const mine = new AbortController()
    abort = mine
    set({ ...nothingYet, progress: looking })
    try {
      await work(mine.signal)
    } catch (error) {
      set({ progress: null, ...(mine.signal.aborted ? { wasCancelled: true } : { error: toErrorInfo(error) }) })
    } finally {
      abort = null
    }
  }

  async function send({ folderName }: SpaceFolder, name: string, overwriteRevision: string | null): Promise<void> {
    await lab.deploy.push({ folderName, name, isPrivate: get().isPrivate, overwriteRevision })
  }

  return {
    account: unknown,
    owner: null,
    name: null,
    isPrivate: true,
    folder: null,
    progress: null,
    ...nothingYet,
    set: (draft) => set({ ...draft, ...nothingYet }),
    refreshAccount: () =>
      refresh(
        () => get().account,
        (account) => set({ account }),
        () => lab.deploy.account(),
      ),
    push: (folder, name) =>
      begin(async (signal) => {
        set({ folder })
        const found = await lab.deploy.published({ name }, { signal })
        if (found !== null && !found.isUnfinished) set({ found, progress: null })
        else await send(folder, name, null)
      }),
    overwrite: () => {
      const { folder, found } = get()
      if (folder === null || found === null) return Promise.resolve()
      return begin(() => send(folder, found.name, found.revision))
    },
    leaveIt: () => set(nothingYet),
    cancel: async () => {
      abort?.abort()
      if (heard?.state === 'running')
        await lab.deploy.cancel({ id: heard.id }).catch((error: unknown) => set({ error: toErrorInfo(error) }))
    },
    hear: (work) => {
      const before = heard
      heard = work
      if (work === null) {
        // Another lab: what the last one was doing ended with it, or it is forgotten with an earlier folder.
        if (before?.state === 'running') set({ progress: null, wasCancelled: true })
        return
      }
      const { folder, name, isPrivate, state, progress, result, error } = work
      if (before?.id !== work.id) {
        const [owner, own] = name.split('/') as [string, string]
        set({ ...nothingYet, folder, owner, name: own, isPrivate })
        const deploy = useDeploy.getState()
        if (isSameFolder(folder, deploy.folder)) deploy.goTo('push')
        else deploy.use(folder)
      }
      if (state === 'running') return set({ progress })
      // What is over was told once; whatever the person has done since stays.
      if (before?.id === work.id && before.state === state) return
      set({ progress: null, result, error, wasCancelled: state === 'cancelled' })
      // What is to be checked now is this one.
      if (result) useSpaceCheck.getState().set({ url: null })
    },
  }
})
