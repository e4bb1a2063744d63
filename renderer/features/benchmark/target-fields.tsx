/** Whether repetitions make so many steps, or train until a validation has an accuracy: the choice, and what a target needs. */
import { NumberInput, SegmentedControl } from '@mantine/core'
import type { RunConfig } from '../../../shared/domain/run-config.ts'
import styles from './benchmark.module.css'

/** As typed: '' is an emptied field. */
export interface TargetDraft {
  isWanted: boolean
  percent: number | string
  validationsPerEpoch: number | string
  maxSteps: number | string
}

export const firstTarget: TargetDraft = { isWanted: false, percent: 70, validationsPerEpoch: 4, maxSteps: 500 }

/** `config` with the target, or without any; null while a field makes no sense. */
export function withTarget(config: RunConfig, { isWanted, percent, validationsPerEpoch, maxSteps }: TargetDraft): RunConfig | null {
  if (!isWanted) return { ...config, targetAccuracy: undefined }
  const isPossible =
    Number(percent) > 0 &&
    Number(percent) <= 100 &&
    Number(validationsPerEpoch) >= 1 &&
    Number(validationsPerEpoch) <= 1000 &&
    Number(maxSteps) >= 1
  return isPossible
    ? {
        ...config,
        // Without the last bits that a division leaves: 0.7, not 0.7000000000000001.
        targetAccuracy: Number((Number(percent) / 100).toPrecision(12)),
        validationsPerEpoch: Math.trunc(Number(validationsPerEpoch)),
        maxSteps: Math.trunc(Number(maxSteps)),
      }
    : null
}

interface TargetFieldsProps {
  value: TargetDraft
  onChange: (value: TargetDraft) => void
}

export function TargetChoice({ value, onChange }: TargetFieldsProps) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="Train"
      data={[
        { value: 'steps', label: 'For steps' },
        { value: 'accuracy', label: 'To an accuracy' },
      ]}
      value={value.isWanted ? 'accuracy' : 'steps'}
      onChange={(chosen) => onChange({ ...value, isWanted: chosen === 'accuracy' })}
    />
  )
}

export function TargetFields({ value, onChange }: TargetFieldsProps) {
  const complaint = (given: number | string, least: number, most: number): string | undefined =>
    given !== '' && Number(given) >= least && Number(given) <= most ? undefined : `From ${least} to ${most}`
  return (
    <div className={styles.targetFields}>
      <NumberInput
        size="sm"
        label="Validation accuracy"
        suffix=" %"
        step={5}
        value={value.percent}
        onChange={(percent) => onChange({ ...value, percent })}
        error={complaint(value.percent, 1, 100)}
      />
      <NumberInput
        size="sm"
        label="Validations an epoch"
        allowDecimal={false}
        value={value.validationsPerEpoch}
        onChange={(validationsPerEpoch) => onChange({ ...value, validationsPerEpoch })}
        error={complaint(value.validationsPerEpoch, 1, 1000)}
      />
      <NumberInput
        size="sm"
        label="Give up after steps"
        allowDecimal={false}
        step={100}
        value={value.maxSteps}
        onChange={(maxSteps) => onChange({ ...value, maxSteps })}
        error={complaint(value.maxSteps, 1, 1_000_000)}
      />
    </div>
  )
}
