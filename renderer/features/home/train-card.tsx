/** The main thing of the lab: choose model, data and ranks, see what will happen, start. */
import { Button, Collapse, Select, UnstyledButton } from '@mantine/core'
import { IconChevronRight, IconPlayerPlayFilled, IconRotate } from '@tabler/icons-react'
import { useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import type { DatasetCard } from '../../../shared/domain/dataset.ts'
import { deviceSchema, deviceTitles } from '../../../shared/domain/device.ts'
import type { Device } from '../../../shared/domain/device.ts'
import type { Hardware } from '../../../shared/domain/hardware.ts'
import { maxWorldSize } from '../../../shared/domain/run-config.ts'
import { useDatasets } from '../../state/datasets.ts'
import { useHardware } from '../../state/hardware.ts'
import { useRunViews } from '../../state/run-view.ts'
import { isActive, useRuns } from '../../state/runs.ts'
import { checkDraft, useTrainDraft } from '../../state/train-draft.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { count, plural } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { go } from '../../ui/route.ts'
import { AdvancedFields } from './advanced-fields.tsx'
import { ModelChoice, useModelParameters } from './model-choice.tsx'
import { PlanDiagram } from './plan-diagram.tsx'
import { PlanLine } from './plan-line.tsx'
import styles from './train-card.module.css'

export function TrainCard({ onError }: { onError: (error: LabErrorInfo | null) => void }) {
  const { draft, set, reset } = useTrainDraft()
  const [advanced, setAdvanced] = useState(false)
  const description = useHardware((state) => state.description.value)
  const datasets = useDatasets((state) => state.list.value) ?? []
  const active = useRuns((state) => state.list.value?.find((run) => isActive(run.record)))
  const { config, problems } = checkDraft(draft)

  const dataset = datasets.find((card) => sameData(card, draft.data)) ?? null
  const worldSize = typeof draft.worldSize === 'number' ? draft.worldSize : 2
  const parameters = useModelParameters()
  const devices = usableDevices(description?.hardware)
  const device = devices.find((usable) => usable === draft.device) ?? 'cpu'
  const deviceWord = device === 'webgpu' || device === 'cuda' ? 'GPU' : deviceTitles[device]
  const cores = description?.hardware.cpuCores ?? 2
  const rankChoices = [...new Set([1, 2, 3, 4, 6, 8, 12, 16, worldSize])]
    .filter((ranks) => ranks <= Math.min(maxWorldSize, Math.max(2, cores)) || ranks === worldSize)
    .sort((a, b) => a - b)

  const start = async (): Promise<void> => {
    if (!config) return
    go('runs', await useRunViews.getState().startRun({ ...config, device }))
  }

  const isTheOffer = worldSize === 2 && device === (description?.twoRanks.device ?? 'cpu')
  const label = isTheOffer ? (description?.twoRanks.label ?? 'Train on 2 GPUs') : `Train on ${plural(worldSize, `${deviceWord} rank`)}`
  const note = isTheOffer ? description?.twoRanks.note : rankNote(worldSize, deviceWord, cores)

  return (
    <Panel title="New training run" hint="sensible defaults; change what you like">
      <div className={styles.selects}>
        <ModelChoice />
        <Select
          label="Data"
          data={datasets.map((card) => ({ value: card.id, label: `${card.title} · ${count(card.rowCount)} rows` }))}
          value={dataset?.id ?? null}
          onChange={(id) => set('data', datasets.find((card) => card.id === id)?.ref)}
          description={dataset ? dataset.labels.join(', ') : undefined}
          inputWrapperOrder={['label', 'input', 'description']}
        />
        <Select
          label="Ranks"
          data={rankChoices.map((ranks) => ({ value: String(ranks), label: `${ranks} ${deviceWord} ${ranks === 1 ? 'rank' : 'ranks'}` }))}
          value={String(worldSize)}
          onChange={(value) => set('worldSize', Number(value))}
          description="one process each"
          inputWrapperOrder={['label', 'input', 'description']}
        />
        {devices.length > 1 && (
          <Select
            label="Device"
            data={devices.map((usable) => ({
              value: usable,
              label: usable === 'webgpu' || usable === 'cuda' ? `GPU through ${deviceTitles[usable]}` : deviceTitles[usable],
            }))}
            value={device}
            onChange={(value) => set('device', value)}
            description="what each rank computes on"
            inputWrapperOrder={['label', 'input', 'description']}
          />
        )}
      </div>

      <PlanDiagram worldSize={worldSize} microBatch={draft.microBatch} gradAccumSteps={draft.gradAccumSteps} />

      <div className={styles.advancedLine}>
        <UnstyledButton
          className={styles.advanced}
          onClick={() => setAdvanced(!advanced)}
          aria-expanded={advanced}
          aria-controls="advanced-fields"
        >
          <IconChevronRight size={15} aria-hidden data-open={advanced || undefined} />
          Advanced
        </UnstyledButton>
        {Object.keys(problems).length > 0 && !advanced && <span className={styles.problem}>A value needs mending</span>}
        {advanced && (
          <Button size="compact-xs" variant="subtle" leftSection={<IconRotate size={13} aria-hidden />} onClick={reset}>
            Back to defaults
          </Button>
        )}
      </div>
      <Collapse expanded={advanced} id="advanced-fields" transitionDuration={120} keepMounted={false}>
        <AdvancedFields problems={problems} cores={cores} />
      </Collapse>

      <div className={styles.start}>
        <PlanLine config={config} dataset={dataset} parameters={parameters} />
        <div className={styles.startLine}>
          {active ? (
            <Button size="lg" onClick={() => go('runs', active.record.id)}>
              See the run that is training
            </Button>
          ) : (
            <ActionButton
              size="lg"
              leftSection={<IconPlayerPlayFilled size={17} aria-hidden />}
              action={start}
              onError={onError}
              disabled={config === null || dataset === null}
              data-key="run"
            >
              {label}
            </ActionButton>
          )}
          <p className={styles.note}>{active ? 'The lab trains one run at a time.' : note}</p>
        </div>
      </div>
    </Panel>
  )
}

const rankNote = (worldSize: number, device: string, cores: number): string =>
  worldSize === 1
    ? 'One process: the same code with a process group of one. Nothing has to be averaged.'
    : device === 'CPU' && worldSize > cores
      ? `More ranks than the ${plural(cores, 'core')} of this machine: it works, but they take turns.`
      : `${worldSize} processes, each with its own copy of the model on the ${device}; gradients are averaged after every step.`

/** The CPU, what a GPU was seen to compute through, and TensorFlow where it loads. */
function usableDevices(hardware: Hardware | undefined): Device[] {
  const { gpus = [], backends = [] } = hardware ?? {}
  return deviceSchema.options.filter(
    (device) =>
      device === 'cpu' ||
      gpus.some(({ through }) => (through as Device[]).includes(device)) ||
      (device === 'tensorflow' && backends.some(({ name, available }) => available && name.startsWith(deviceTitles.tensorflow))),
  )
}

function sameData(card: DatasetCard, data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return false
  const ref = data as DatasetCard['ref']
  if ('path' in card.ref) return 'path' in ref && ref.path === card.ref.path
  return card.ref.kind === ref.kind
}
