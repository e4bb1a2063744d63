/** The model that the lab serves over HTTP, as the lab tells it, and what a person wants to serve next. */
import { create } from 'zustand'
import type { ServedModelStatus } from '../../shared/domain/serving.ts'
import { lab } from '../ipc/client.ts'

interface ServedModelState {
  /** Null until the lab has told. */
  status: ServedModelStatus | null
  /** Of the model to serve; null: the newest. */
  modelId: string | null
  port: number | string
  /** Stays in this page: the lab never tells it. */
  token: string
  set(draft: Partial<Pick<ServedModelState, 'modelId' | 'port' | 'token'>>): void
  /** The two throw what the lab throws. */
  start(modelId: string): Promise<void>
  stop(): Promise<void>
}

export const usualPort = 8000

export const useServedModel = create<ServedModelState>((set, get) => ({
  status: null,
  modelId: null,
  port: usualPort,
  token: '',
  set: (draft) => set(draft),
  start: async (modelId) => {
    const { port, token } = get()
    set({ status: await lab.serving.start({ modelId, port: Number(port), token: token === '' ? null : token }) })
  },
  stop: async () => set({ status: await lab.serving.stop() }),
}))

/** Listens for as long as the connection lasts; to be called again for the next one. */
export async function followServedModel(): Promise<void> {
  try {
    for await (const status of await lab.serving.watch()) useServedModel.setState({ status })
  } catch {
    // The connection is lost, which the status bar says; the next one asks anew.
  }
}
