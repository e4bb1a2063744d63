/**
 * The way of a written Space to the hub: whose token the lab has, what is there under the name, the question whether to
 * overwrite it, and the push. The token itself never comes here. Leaving the screen does not end a push.
 */
import { create } from 'zustand'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import type { HubAccount, PublishedSpace, PushProgress, PushResult, SpaceFolder } from '../../shared/domain/space.ts'
import { lab } from '../ipc/client.ts'
import { toErrorInfo } from '../ipc/errors.ts'
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
  cancel(): void
}

const nothingYet = { found: null, result: null, error: null, wasCancelled: false }
const looking: PushProgress = { stage: 'looking what is there', sentBytes: 0, totalBytes: null, bytesPerSec: null, etaMs: null }

export const useSpacePush = create<SpacePushState>((set, get) => {
  let abort: AbortController | null = null

  /** One push at a time; where it was let go of, it says so and no more. */
  async function follow(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const mine = new AbortController()
    abort = mine
    set({ ...nothingYet, progress: looking })
    try {
      await work(mine.signal)
    } catch (error) {
      set(mine.signal.aborted ? { wasCancelled: true } : { error: toErrorInfo(error) })
    } finally {
      set({ progress: null })
    }
  }

  async function send(folder: SpaceFolder, name: string, overwriteRevision: string | null, signal: AbortSignal): Promise<void> {
    const { folderName } = folder
    const { isPrivate } = get()
    for await (const event of await lab.deploy.push({ folderName, name, isPrivate, overwriteRevision }, { signal })) {
      if (event.type === 'progress') set({ progress: event.progress })
      else {
        set({ result: event.result })
        // What is to be checked now is this one.
        useSpaceCheck.getState().set({ url: null })
      }
    }
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
      follow(async (signal) => {
        set({ folder })
        const found = await lab.deploy.published({ name }, { signal })
        if (found !== null && !found.isUnfinished) set({ found })
        else await send(folder, name, null, signal)
      }),
    overwrite: () => {
      const { folder, found } = get()
      if (folder === null || found === null) return Promise.resolve()
      return follow((signal) => send(folder, found.name, found.revision, signal))
    },
    leaveIt: () => set(nothingYet),
    cancel: () => abort?.abort(),
  }
})
