/** Where one looks in all charts of a comparison at once: under the pointer, and where a place was pinned. */
import { create } from 'zustand'

interface CrosshairState {
  /** On the axis that is shown; null: nowhere. */
  at: number | null
  /** The chart that is looked at, the others follow: the one under the pointer, or that has the keyboard. */
  chart: string | null
  pin: number | null
  look(at: number | null, chart: string | null): void
  setPin(pin: number | null): void
}

export const useCrosshair = create<CrosshairState>((set, get) => ({
  at: null,
  chart: null,
  pin: null,
  look: (at, chart) => {
    if (at !== get().at || chart !== get().chart) set({ at, chart })
  },
  setPin: (pin) => set({ pin }),
}))
