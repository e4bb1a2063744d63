/**
 * What the training card has been filled with, valid or not: fields hold whatever was typed, and
 * `runConfigSchema` says what is wrong with it. The defaults are the schema's own.
 */
import { create } from 'zustand'
import type { z } from 'zod'
import { modelPresets } from '../../shared/domain/model-config.ts'
import { runConfigSchema } from '../../shared/domain/run-config.ts'
import type { RunConfig } from '../../shared/domain/run-config.ts'

export type DraftField = keyof RunConfig
export type Draft = Partial<Record<DraftField, unknown>>

interface TrainDraftState {
  draft: Draft
  set(field: DraftField, value: unknown): void
  reset(): void
}

export const defaultConfig: RunConfig = runConfigSchema.parse({})

export const useTrainDraft = create<TrainDraftState>((set, get) => ({
  draft: defaultConfig,
  set: (field, value) => set({ draft: { ...get().draft, [field]: value } }),
  reset: () => set({ draft: { ...defaultConfig, model: get().draft.model, data: get().draft.data, worldSize: get().draft.worldSize } }),
}))

export interface CheckedDraft {
  /** Null while something is wrong. */
  config: RunConfig | null
  problems: Partial<Record<DraftField, string>>
}

/** The draft as a configuration, or one sentence for each field that is wrong. */
export function checkDraft(draft: Draft): CheckedDraft {
  const parsed = runConfigSchema.safeParse(draft)
  if (!parsed.success) {
    const problems: CheckedDraft['problems'] = {}
    for (const issue of parsed.error.issues) problems[issue.path[0] as DraftField] ??= inWords(issue)
    return { config: null, problems }
  }
  const longest = modelPresets[parsed.data.model].maxPositionEmbeddings
  if (parsed.data.maxLength > longest)
    return { config: null, problems: { maxLength: `At most ${longest}: ${modelPresets[parsed.data.model].title} has no more positions` } }
  return { config: parsed.data, problems: {} }
}

function inWords(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small') return `${issue.inclusive ? 'At least' : 'More than'} ${issue.minimum}`
  if (issue.code === 'too_big') return `${issue.inclusive ? 'At most' : 'Less than'} ${issue.maximum}`
  if (issue.code === 'invalid_type') return issue.expected === 'int' ? 'A whole number' : 'A number is needed'
  return issue.message
}
