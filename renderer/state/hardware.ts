/** What this machine is and what it is good for. Asked once for each connection. */
import { create } from 'zustand'
import type { Hardware } from '../../shared/domain/hardware.ts'
import { lab } from '../ipc/client.ts'
import { refresh, unknown } from './remote.ts'
import type { Remote } from './remote.ts'

interface Description {
  hardware: Hardware
  verdicts: string[]
  twoRanks: { onGpus: boolean; label: string; note: string }
  dataDirectory: string
}

interface HardwareState {
  description: Remote<Description>
  refresh(): Promise<void>
}

export const useHardware = create<HardwareState>((set, get) => ({
  description: unknown,
  refresh: () =>
    refresh(
      () => get().description,
      (description) => set({ description }),
      () => lab.hardware.describe(),
    ),
}))
