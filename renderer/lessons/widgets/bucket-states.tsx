/** Each bucket at the end of a backward pass: full and gone, or still waiting for a gradient. */
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react'
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { brokenAndFixed, useArm } from './parts/arm-switch.tsx'
import { Frame, NotMeasured } from './parts/frame.tsx'
import styles from './bucket-states.module.css'

export function BucketStates({ evidence }: { evidence: Evidence }) {
  const { result, control } = useArm(evidence, 'unused-branch', ['broken', 'fixed'], brokenAndFixed)
  const probe = firstProbe(result)
  if (!result || !probe)
    return <NotMeasured>Every bucket gets a line here: what is in it, what it still waits for, and whether it left.</NotMeasured>
  const stuck = probe.buckets.filter(({ launched }) => !launched).length
  return (
    <Frame
      title="Buckets when the backward pass was over"
      hint={`unused: ${probe.unusedParameter}`}
      summary={
        stuck === 0
          ? `All ${probe.buckets.length} buckets left.`
          : `${stuck} of ${probe.buckets.length} buckets never left: buckets go in order, and the first one waits for a gradient that does not come.`
      }
      controls={control}
      table={{
        head: ['bucket', 'parameters', 'still awaited', 'all-reduce started'],
        rows: probe.buckets.map(({ index, names, awaited, launched }) => [
          index,
          names.length,
          awaited.join(', ') || 'nothing',
          launched ? 'yes' : 'no',
        ]),
      }}
    >
      <ol className={styles.buckets}>
        {probe.buckets.map(({ index, names, awaited, launched }) => (
          <li key={index} data-stuck={!launched || undefined}>
            <span className={styles.number}>{index}</span>
            <span className={styles.fill} aria-label={`${names.length - awaited.length} of ${names.length} gradients there`}>
              {names.map((name) => (
                <i key={name} data-missing={awaited.includes(name) || undefined} title={name} />
              ))}
            </span>
            <span className={styles.words}>
              {launched ? <IconCheck size={15} aria-hidden /> : <IconAlertTriangle size={15} aria-hidden />}
              {launched ? 'summed over all ranks' : awaited.length > 0 ? `waits for ${awaited.join(', ')}` : 'full, but must not overtake'}
            </span>
          </li>
        ))}
      </ol>
      <p className={styles.complaint}>
        <strong>The reducer said:</strong> {probe.complaint ?? 'nothing; the step went through.'}
      </p>
    </Frame>
  )
}
