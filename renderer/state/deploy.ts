/**
 * The Space that is being made: of which model, of what kind, under which names; and the writing of its folder. Leaving the
 * screen does not end it. Its way to the hub is in `space-push.ts`, what became of it in `space-check.ts`.
 */
import { create } from 'zustand'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import type { ExportProgress } from '../../shared/domain/export.ts'
import type { ModelChoice, ModelFacts } from '../../shared/domain/prediction.ts'
import type { SpaceFolder, SpaceKind } from '../../shared/domain/space.ts'
import { lab } from '../ipc/client.ts'
import { toErrorInfo } from '../ipc/errors.ts'
import { refresh, unknown } from './remote.ts'
import type { Remote } from './remote.ts'
import { useSpaceCheck } from './space-check.ts'

export type DeployStep = 'model' | 'folder' | 'push' | 'check'

/** What a person has chosen or typed; null: what the lab suggests. */
interface DeployDraft {
  /** Null: the newest. */
  modelId: string | null
  /** Null: the newest weights. */
  checkpoint: string | null
  kind: SpaceKind
  title: string | null
  folderName: string | null
}

interface DeployState extends DeployDraft {
  /** Which is open. */
  step: DeployStep
  /** Of the chosen model: which checkpoints there are. */
  facts: Remote<ModelFacts>
  /** Those on this machine, the newest first. */
  folders: Remote<SpaceFolder[]>
  /** Written or chosen, to be pushed; null: none yet. */
  folder: SpaceFolder | null
  writing: ExportProgress | null
  error: LabErrorInfo | null
  goTo(step: DeployStep): void
  /** What another model or another kind has written is not this Space any more. */
  set(draft: Partial<DeployDraft>): void
  /** Asks for another one; what was written stays on the disk. */
  startAnother(): void
  /** Goes on with a folder that is there. */
  use(folder: SpaceFolder): void
  refreshFacts(modelId: string): Promise<void>
  refreshFolders(): Promise<void>
  write(space: ModelChoice & { kind: SpaceKind; title: string; folderName: string }): Promise<void>
  cancel(): void
}

export const useDeploy = create<DeployState>((set, get) => {
  let abort: AbortController | null = null
  return {
    step: 'model',
    modelId: null,
    checkpoint: null,
    kind: 'static',
    title: null,
    folderName: null,
    facts: unknown,
    folders: unknown,
    folder: null,
    writing: null,
    error: null,
    goTo: (step) => set({ step }),
    set: (draft) => {
      const isOther = 'modelId' in draft || 'checkpoint' in draft || 'kind' in draft
      set({ ...draft, ...(isOther && { folder: null, error: null, folderName: null }) })
    },
    startAnother: () => set({ folder: null, error: null }),
    use: (folder) => {
      const { kind, title, model } = folder.facts
      const { modelId, checkpoint } = get()
      // Of a model that no run made, only the person knows which it was.
      const choice = model.runId === null || model.runId === modelId ? { modelId, checkpoint } : { modelId: model.runId, checkpoint: null }
      useSpaceCheck.getState().set({ url: null })
      set({ folder, kind, title, folderName: folder.folderName, error: null, step: 'push', ...choice })
    },
    refreshFacts: async (modelId) => {
      set({ facts: unknown })
      await refresh(
        () => get().facts,
        (facts) => set({ facts }),
        () => lab.playground.facts({ modelId }),
      )
    },
    refreshFolders: () =>
      refresh(
        () => get().folders,
        (folders) => set({ folders }),
        () => lab.deploy.folders(),
      ),
    write: async (space) => {
      const mine = new AbortController()
      abort = mine
      set({ writing: { stage: 'starting', fraction: 0, etaMs: null }, folder: null, error: null })
      try {
        for await (const event of await lab.deploy.write(space, { signal: mine.signal })) {
          if (event.type === 'progress') set({ writing: event.progress })
          else {
            set({ folder: event.folder })
            useSpaceCheck.getState().set({ url: null })
          }
        }
        await get().refreshFolders()
      } catch (error) {
        if (!mine.signal.aborted) set({ error: toErrorInfo(error) })
      } finally {
        set({ writing: null })
      }
    },
    cancel: () => abort?.abort(),
  }
})
