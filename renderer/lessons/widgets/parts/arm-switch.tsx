/** Chooses which arm of a program is looked at; arms that were not run yet say so. */
import { SegmentedControl } from '@mantine/core'

interface ArmSwitchProps<A extends string> {
  arms: readonly A[]
  value: A
  words?: Partial<Record<A, string>>
  measured: (arm: A) => boolean
  onChange: (arm: A) => void
}

export function ArmSwitch<A extends string>({ arms, value, words, measured, onChange }: ArmSwitchProps<A>) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="Which run to look at"
      data={arms.map((arm) => ({ value: arm, label: (words?.[arm] ?? arm) + (measured(arm) ? '' : ' (not run)'), disabled: !measured(arm) }))}
      value={value}
      onChange={(chosen) => onChange(chosen as A)}
    />
  )
}

/** The arm to begin with: the wanted one if it was measured, else the first that was. */
export const firstMeasured = <A extends string>(arms: readonly A[], measured: (arm: A) => boolean): A | null => arms.find(measured) ?? null
