/** Two ranks against one, tensor by tensor: the largest relative difference of each, on a scale of powers of ten, with the tolerance. */
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import type { Arm } from '../../../shared/domain/workbench.ts'
import { gradientTolerance as tolerance } from '../../../shared/lessons/checks/ddp.ts'
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { useArm } from './parts/arm-switch.tsx'
import { Frame, NotMeasured } from './parts/frame.tsx'
import { relativeText } from './parts/numbers.ts'
import styles from './difference-table.module.css'

type SameArm = Arm<'same-as-one'>
const words: Record<SameArm, string> = {
  fixed: 'as it should be',
  'mean-of-means': 'mean of means',
  dropout: 'dropout on',
  'sum-loss': 'sum loss',
}
/** Powers of ten that the scale spans. */
const [low, high] = [-9, 1]
const at = (value: number): number => Math.max(0, Math.min(1, (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low))) * 100

export function DifferenceTable({ evidence, arms }: { evidence: Evidence; arms: readonly SameArm[] }) {
  const { result, control } = useArm(evidence, 'same-as-one', arms, words)
  const [of, setOf] = useState<'gradients' | 'parameters'>('gradients')
  const probe = firstProbe(result)
  if (!result || !probe)
    return <NotMeasured>Each tensor of the model gets a line here: how far two ranks and one rank are apart.</NotMeasured>
  const [a, b] = result.input.shares
  const tensors = [...probe[of]].sort((x, y) => y.relative - x.relative)
  const largest = of === 'gradients' ? probe.largestGradientDifference : probe.largestParameterDifference
  const losses = probe.losses[0]
  return (
    <Frame
      title="How far apart are two ranks and one?"
      hint={`${a} + ${b} rows on two ranks, ${a + b} on one`}
      summary={`The largest relative difference of ${of === 'gradients' ? 'a gradient, first step,' : `a parameter, after ${probe.losses.length} steps,`} is ${relativeText(largest)}.${losses ? ` Loss of the first step: ${losses.two.toFixed(6)} on two ranks, ${losses.one.toFixed(6)} on one.` : ''}`}
      controls={
        <>
          {control}
          <SegmentedControl
            size="xs"
            aria-label="What to compare"
            data={[
              { value: 'gradients', label: 'gradients' },
              { value: 'parameters', label: 'parameters' },
            ]}
            value={of}
            onChange={(value) => setOf(value as typeof of)}
          />
        </>
      }
      table={{ head: ['tensor', 'largest relative difference'], rows: tensors.map(({ name, relative }) => [name, relative]) }}
    >
      <div className={styles.scale} aria-hidden>
        <span />
        <span className={styles.ticks}>
          {[-9, -7, -5, -3, -1, 1].map((power) => (
            <span key={power} style={{ left: `${((power - low) / (high - low)) * 100}%` }}>
              10<sup>{String(power).replace('-', '−')}</sup>
            </span>
          ))}
        </span>
        <span />
      </div>
      <ul className={styles.rows}>
        {tensors.map(({ name, relative }) => (
          <li key={name}>
            <span className={styles.name} title={name}>
              {name.replace('distilbert.', '').replace('transformer.layer.', 'layer ')}
            </span>
            <span className={styles.track}>
              <span className={styles.tolerance} style={{ left: `${at(tolerance)}%` }} />
              <span className={styles.bar} data-over={relative > tolerance || undefined} style={{ width: `${at(relative)}%` }} />
            </span>
            <span className={styles.value} data-over={relative > tolerance || undefined}>
              {relativeText(relative)}
            </span>
          </li>
        ))}
      </ul>
      <p className={styles.key}>The dashed line is the tolerance, 10⁻⁴: rounding stays left of it, mistakes do not.</p>
    </Frame>
  )
}
