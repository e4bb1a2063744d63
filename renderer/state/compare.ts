/** How runs are compared: kept in the browser, so that the screen is as one left it. Which runs, the address says. */
import { create } from 'zustand'
import { z } from 'zod'
import { axisNames, quantityNames } from '../features/compare/curves.ts'

/** How many steps may be taken into one mean. */
export const smoothingWindows: readonly number[] = [1, 3, 5, 10, 20, 50, 100, 200]

const settingsSchema = z.object({
  axis: z.enum(axisNames).catch('step'),
  shown: z
    .array(z.enum(quantityNames))
    .transform((names) => quantityNames.filter((name) => names.includes(name)))
    .catch(['loss', 'validationAccuracy', 'samplesPerSec', 'stepMs']),
  isLog: z.boolean().catch(false),
  /** Steps in a mean; 1: not smoothed. */
  window: z.literal(smoothingWindows).catch(1),
  hasBands: z.boolean().catch(false),
  onlyDifferences: z.boolean().catch(true),
})
export type CompareSettings = z.infer<typeof settingsSchema>

const key = 'distrinews.compare'

function stored(): CompareSettings {
  try {
    return settingsSchema.parse(JSON.parse(localStorage.getItem(key) ?? '{}'))
  } catch {
    return settingsSchema.parse({}) // Not JSON: somebody else's, or storage is forbidden.
  }
}

interface CompareState extends CompareSettings {
  change(settings: Partial<CompareSettings>): void
}

export const useCompare = create<CompareState>((set, get) => ({
  ...stored(),
  change: (settings) => {
    set(settings)
    try {
      localStorage.setItem(key, JSON.stringify(settingsSchema.parse(get())))
    } catch {
      // Storage is full or forbidden: the settings last as long as the window.
    }
  },
}))
