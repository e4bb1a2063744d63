/** Which places each rank dropped, in three steps: equal masks are wasted noise. */
import { useState } from 'react'
import { SegmentedControl } from '@mantine/core'
import type { Evidence } from '../evidence.ts'
import { probesOf } from '../evidence.ts'
import { useArm } from './parts/arm-switch.tsx'
import { CellGrid } from './parts/cell-grid.tsx'
import { Frame, NotMeasured } from './parts/frame.tsx'
import { lookOfRank, RankName } from './parts/legend.tsx'
import { tint } from './parts/numbers.ts'
import styles from './modes.module.css'

const perLine = 32
const lines = 4

export function DropoutMasks({ evidence }: { evidence: Evidence }) {
  const { result, control } = useArm(evidence, 'dropout-seeds', ['broken', 'fixed'], {
    broken: 'same seed on all ranks',
    fixed: 'rank in the seed',
  })
  const [wanted, setStep] = useState(0)
  if (!result) return <NotMeasured>The dropout masks of all ranks will stand here, one above the other.</NotMeasured>
  const probes = probesOf(result).flatMap((probe, rank) => (probe ? [{ ...probe, rank }] : []))
  const [a, b] = [probes[0]!, probes[1]!]
  const step = Math.min(wanted, a.steps.length - 1)
  const agree = a.steps[step]!.filter((bit, place) => bit === b.steps[step]![place]).length
  const total = a.steps[step]!.length
  return (
    <Frame
      title="Dropout masks"
      hint={`first ${perLine * lines} places before the ${a.site}, rate ${a.rate * 100} %`}
      summary={`In step ${step + 1}, ranks 0 and 1 agree in ${agree} of ${total} places. By chance it would be about ${Math.round((1 - 2 * a.rate * (1 - a.rate)) * total)}.`}
      controls={
        <>
          {control}
          <SegmentedControl
            size="xs"
            aria-label="Step"
            data={a.steps.map((_, index) => ({ value: String(index), label: `Step ${index + 1}` }))}
            value={String(step)}
            onChange={(value) => setStep(Number(value))}
          />
        </>
      }
      table={{
        head: ['rank', 'step', 'mask (1 kept, 0 dropped)'],
        rows: probes.flatMap(({ rank, steps }) => steps.map((mask, index) => [rank, index + 1, mask.join('')])),
      }}
    >
      {probes.map(({ rank, steps }) => (
        <div key={rank} className={styles.mask}>
          <h3 className={styles.heading}>
            <RankName rank={rank} />
          </h3>
          <CellGrid
            label={`Mask of rank ${rank}`}
            rows={Array.from({ length: lines }, (_, line) => ({
              name: String(line),
              label: '',
              cells: steps[step]!.slice(line * perLine, (line + 1) * perLine).map((bit, place) => ({
                background: bit === 1 ? tint(0.35, lookOfRank(rank).color) : 'transparent',
                text: bit === 1 ? '' : '×',
                title: `place ${line * perLine + place}: ${bit === 1 ? 'kept' : 'dropped'}`,
              })),
            }))}
          />
        </div>
      ))}
    </Frame>
  )
}
