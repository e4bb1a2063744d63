/** What a second GPU would bring, by arithmetic: bytes, bandwidth, computing, overlap. Pure. */
import { countParameters, modelPresets } from '../../../shared/domain/model-config.ts'

/** Of DistilBERT with four classes. */
export const parameters = countParameters({ ...modelPresets.distilbert, labelCount: 4 })

export interface FreeTier {
  bytes: number
  transferMs: number
  stepMs: number
  exposedMs: number
  /** Weak scaling of two GPUs: rows per second against one. */
  speedup: number
}

/** Two ranks send their whole gradient once (2 (N − 1) / N = 1); `overlap` of it is hidden behind the backward pass, two thirds of computing. */
export function freeTier({
  computeMs,
  bandwidthGBs,
  bytesPerValue,
  overlap,
}: {
  computeMs: number
  bandwidthGBs: number
  bytesPerValue: number
  overlap: boolean
}): FreeTier {
  const bytes = parameters * bytesPerValue
  const transferMs = bytes / (bandwidthGBs * 1e6)
  const exposedMs = overlap ? Math.max(0, transferMs - (2 / 3) * computeMs) : transferMs
  const stepMs = computeMs + exposedMs
  return { bytes, transferMs, stepMs, exposedMs, speedup: (2 * computeMs) / stepMs }
}
