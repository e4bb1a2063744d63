/** Which model is trained: a size that begins with random weights, or a pretrained one of the lab's list. */
import { Select } from '@mantine/core'
import type { ModelSource } from '../../../shared/domain/run-config.ts'
import { modelTitle } from '../../../shared/domain/run-config.ts'
import { useModels } from '../../state/models.ts'
import { sameSource, usePretrained } from '../../state/pretrained.ts'
import { useTrainDraft } from '../../state/train-draft.ts'
import { compact } from '../../ui/format.ts'
import { go } from '../../ui/route.ts'
import { sizeOf } from '../models/model-words.ts'

/** Leads to the place where models are opened and downloaded. */
const another = 'another'

export function ModelChoice() {
  const { draft, set } = useTrainDraft()
  const presets = useModels((state) => state.presets.value) ?? []
  const models = usePretrained((state) => state.list.value) ?? []
  const source = draft.initFrom as ModelSource | undefined
  const chosen = source && models.find((model) => sameSource(model.source, source))
  const preset = presets.find((card) => card.name === draft.model)
  const usable = models.filter(({ report }) => report !== null)
  const pretrained = [
    ...usable.map(({ id, title, report }) => ({ value: id, label: `${title} · ${compact(report!.parameterCount)} parameters` })),
    // One that the list does not know, such as the model of a run.
    ...(source && !chosen ? [{ value: 'source', label: modelTitle({ model: 'tiny', initFrom: source }) }] : []),
    { value: another, label: 'Another: a folder or the hub …' },
  ]
  return (
    <Select
      label="Model"
      data={[
        {
          group: 'Random weights',
          items: presets.map((card) => ({
            value: card.name as string,
            label: `${card.title} · ${compact(card.parameterCount)} parameters`,
          })),
        },
        { group: 'Pretrained', items: pretrained },
      ]}
      value={source ? (chosen?.id ?? 'source') : String(draft.model)}
      onChange={(value) => {
        if (value === another) return go('models')
        if (value === null || value === 'source') return
        const model = models.find(({ id }) => id === value)
        if (model) set('initFrom', model.source)
        else set('model', value)
      }}
      description={source ? (chosen?.report ? `pretrained, ${sizeOf(chosen.report.config)}` : 'pretrained') : preset?.description}
      inputWrapperOrder={['label', 'input', 'description']}
      allowDeselect={false}
    />
  )
}

/** The pretrained model that is chosen, or null; its number of layers as far as it is known. */
export function useChosenPretrained(): { layers: number | null; parameterCount: number | null } | null {
  const source = useTrainDraft((state) => state.draft.initFrom) as ModelSource | undefined
  const models = usePretrained((state) => state.list.value) ?? []
  if (!source) return null
  const report = models.find((model) => sameSource(model.source, source))?.report
  return { layers: report?.config.nLayers ?? null, parameterCount: report?.parameterCount ?? null }
}

/** Of the chosen model, in words; null while the lab has not answered. */
export function useModelParameters(): string | null {
  const model = useTrainDraft((state) => state.draft.model)
  const presets = useModels((state) => state.presets.value)
  const pretrained = useChosenPretrained()
  if (pretrained) return compact(pretrained.parameterCount)
  const preset = presets?.find((card) => card.name === model)
  // A vocabulary that is trained may come out smaller than the preset's.
  return preset ? `≤ ${compact(preset.parameterCount)}` : null
}
