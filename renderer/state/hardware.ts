/** What this machine is and what it is good for. Asked once for each connection: at once, and again when it has been tried. */
import { create } from 'zustand'
import type { Device } from '../../shared/domain/device.ts'
import type { Hardware } from '../../shared/domain/hardware.ts'
import { lab } from '../ipc/client.ts'
import { refresh, unknown } from './remote.ts'
import type { Remote } from './remote.ts'
import { useTrainDraft } from './train-draft.ts'

interface Description {
  hardware: Hardware
  verdicts: string[]
  twoRanks: { onGpus: boolean; device: Device; label: string; note: string }
  dataDirectory: string
}

interface HardwareState {
  description: Remote<Description>
  /** Whether everything that may compute has been tried. */
  tried: boolean
  refresh(): Promise<void>
}

export const useHardware = create<HardwareState>((set, get) => ({
  description: unknown,
  tried: false,
  refresh: async () => {
    const ask = (question: () => Promise<Description>): Promise<void> =>
      refresh(
        () => get().description,
        (description) => set({ description }),
        question,
      )
    await ask(() => lab.hardware.describe())
    // What takes long is not waited for.
    void ask(() => lab.hardware.tried()).then(() => {
      const { value, error } = get().description
      if (!error && !get().tried && value?.twoRanks.onGpus) useTrainDraft.getState().set('device', value.twoRanks.device)
      set({ tried: !error })
    })
  },
}))
