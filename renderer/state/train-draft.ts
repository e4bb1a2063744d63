/**
 * What the training card has been filled with, valid or not: fields hold whatever was typed, and
 * `runConfigSchema` says what is wrong with it. The defaults are the schema's own, which depend on the model.
 */
import { create } from 'zustand'
import type { z } from 'zod'
import { modelPresetNameSchema, modelPresets } from '../../shared/domain/model-config.ts'
import { modelSourceSchema, runConfigSchema } from '../../shared/domain/run-config.ts'
import type { RunConfig } from '../../shared/domain/run-config.ts'

export type DraftField = keyof RunConfig
export type Draft = Partial<Record<DraftField, unknown>>

interface TrainDraftState {
  draft: Draft
  set(field: DraftField, value: unknown): void
  reset(): void
}

/** Of the model that `draft` names: a preset's, or those of a pretrained one. */
const defaultsFor = ({ model, initFrom }: Draft): RunConfig =>
  runConfigSchema.parse({ model: modelPresetNameSchema.safeParse(model).data, initFrom: modelSourceSchema.safeParse(initFrom).data })

export const useTrainDraft = create<TrainDraftState>((set, get) => ({
  draft: defaultsFor({}),
  set: (field, value) => {
    const { draft } = get()
    // A preset begins with random weights.
    const changed = { ...draft, ...(field === 'model' && { initFrom: undefined }), [field]: value }
    set({ draft: field === 'model' || field === 'initFrom' ? { ...changed, ...newRecipe(draft, changed) } : changed })
  },
  reset: () => {
    const { draft } = get()
    const { data, worldSize, device } = draft
    set({ draft: { ...defaultsFor(draft), data, worldSize, device } })
  },
}))

/** Another model brings its own recipe, except for what the person has set. */
function newRecipe(draft: Draft, changed: Draft): Draft {
  const [before, after] = [defaultsFor(draft), defaultsFor(changed)]
  const untouched = (['epochs', 'learningRate', 'dropout'] as const).filter((field) => draft[field] === before[field])
  return Object.fromEntries(untouched.map((field) => [field, after[field]]))
}

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
  // How long a pretrained model reads, the lab knows and says at the start.
  if (parsed.data.initFrom) return { config: parsed.data, problems: {} }
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
