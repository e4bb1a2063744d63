/**
 * The Space that is being made: of which model, of what kind, under which names; and the writing of its folder, which is the
 * lab's work: closing the page does not end it. Its way to the hub is in `space-push.ts`, what became of it in `space-check.ts`.
 */
import { create } from 'zustand'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import type { ExportProgress } from '../../shared/domain/export.ts'
import type { ModelChoice, ModelFacts } from '../../shared/domain/prediction.ts'
import type { SpaceFolder, SpaceKind, SpaceWriting } from '../../shared/domain/space.ts'
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
  /** While the lab is writing. */
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
  cancel(): Promise<void>
  /** What the lab tells of its writing, this page's or another's; null: it has not written yet. */
  hear(work: SpaceWriting | null): void
}

export const useDeploy = create<DeployState>((set, get) => {
  /** What was heard last of the lab's work. */
  let heard: SpaceWriting | null = null
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
      set({ writing: { stage: 'starting', fraction: 0, etaMs: null }, folder: null, error: null })
      try {
        await lab.deploy.write(space)
      } catch (error) {
        set({ writing: null, error: toErrorInfo(error) })
      }
    },
    cancel: async () => {
      if (heard?.state === 'running')
        await lab.deploy.cancel({ id: heard.id }).catch((error: unknown) => set({ error: toErrorInfo(error) }))
    },
    hear: (work) => {
      const before = heard
      heard = work
      // Another lab, which knows of nothing.
      if (work === null) return set({ writing: null })
      if (before?.id !== work.id) {
        const { modelId, checkpoint, kind, title, folderName } = work
        set({ modelId, checkpoint, kind, title, folderName, folder: null, error: null, step: 'folder' })
      }
      if (work.state === 'running') return set({ writing: work.progress })
      // What is over was told once; whatever the person has done since stays.
      if (before?.id === work.id && before.state === work.state) return
      set({ writing: null, error: work.error, ...(work.folder && { folder: work.folder }) })
      if (work.folder) useSpaceCheck.getState().set({ url: null })
      void get().refreshFolders()
    },
  }
})
