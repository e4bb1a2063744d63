/** Which arm of a program is looked at: the one that was measured last, until the person chooses; arms not run yet say so. */
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { Arm, ProgramId, ProgramResult } from '../../../../shared/domain/workbench.ts'
import type { Evidence } from '../../evidence.ts'

interface Choice<Id extends ProgramId> {
  /** Null where no arm was measured. */
  result: ProgramResult<Id> | null
  arm: Arm<Id>
  control: ReactNode
}

export function useArm<Id extends ProgramId>(
  evidence: Evidence,
  program: Id,
  arms: readonly Arm<Id>[],
  words: Readonly<Record<string, string>> = {},
): Choice<Id> {
  const measured = arms.flatMap((arm) => {
    const result = evidence.result(program, arm)
    return result ? [{ arm, result, at: result.at }] : []
  })
  const newest = [...measured].sort((a, b) => b.at.localeCompare(a.at))[0] ?? null
  const [chosen, setChosen] = useState<{ arm: string; since: string } | null>(null)
  // What was chosen holds until something newer is measured.
  const shown = measured.find(({ arm }) => chosen !== null && chosen.since === newest?.at && arm === chosen.arm) ?? newest
  const control =
    arms.length > 1 ? (
      <SegmentedControl
        size="xs"
        aria-label="Which run to look at"
        data={arms.map((arm) => {
          const name: string = arm
          const known = measured.some((one) => one.arm === arm)
          return { value: name, label: (words[name] ?? name) + (known ? '' : ' (not run)'), disabled: !known }
        })}
        value={(shown?.arm ?? arms[0]) as string}
        onChange={(arm) => setChosen({ arm, since: newest?.at ?? '' })}
      />
    ) : null
  return { result: shown?.result ?? null, arm: shown?.arm ?? (arms[0] as Arm<Id>), control }
}

export const brokenAndFixed = { broken: 'broken', fixed: 'fixed' }
