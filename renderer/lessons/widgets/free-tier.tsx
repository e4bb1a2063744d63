/** Arithmetic for two T4 of the free tier: what a second GPU would bring, from figures that the person sets. Predicted, never measured here. */
import { SegmentedControl, Slider } from '@mantine/core'
import { useId, useState } from 'react'
import type { ReactNode } from 'react'
import { scoreSweep } from '../../../shared/lessons/checks/measurements.ts'
import type { Evidence } from '../evidence.ts'
import { Bars } from './parts/bars.tsx'
import { Frame } from './parts/frame.tsx'
import { freeTier, parameters } from './free-tier-arithmetic.ts'
import styles from './free-tier.module.css'

export function FreeTierCalculator({ evidence }: { evidence: Evidence }) {
  const [computeMs, setComputeMs] = useState(50)
  const [bandwidthGBs, setBandwidth] = useState(6)
  const [precision, setPrecision] = useState<'4' | '2'>('4')
  const [overlap, setOverlap] = useState<'yes' | 'no'>('yes')
  const result = evidence.result('allreduce-sweep', 'measured')
  const fit = result ? scoreSweep(result)?.fit : null
  const { bytes, transferMs, stepMs, exposedMs, speedup } = freeTier({
    computeMs,
    bandwidthGBs,
    bytesPerValue: Number(precision),
    overlap: overlap === 'yes',
  })
  return (
    <Frame
      title="Two T4, by arithmetic"
      hint={`DistilBERT, ${(parameters / 1e6).toFixed(1)} million parameters`}
      provenance="predicted"
      summary={`Each step sends ${(bytes / 1e6).toFixed(0)} MB, which takes ${transferMs.toFixed(0)} ms; ${exposedMs.toFixed(0)} ms of it are exposed. Two GPUs would do ${speedup.toFixed(2)} times the rows of one, with a batch each.`}
      table={{
        head: ['figure', 'value'],
        rows: [
          ['bytes per step, MB', bytes / 1e6],
          ['computing a step, ms', computeMs],
          ['bandwidth, GB/s', bandwidthGBs],
          ['transfer, ms', transferMs],
          ['exposed, ms', exposedMs],
          ['speed-up of two', speedup],
        ],
      }}
    >
      <div className={styles.fields}>
        <Field label={`One GPU computes a step in ${computeMs} ms`}>
          {(id) => <Slider aria-labelledby={id} min={20} max={600} step={10} value={computeMs} onChange={setComputeMs} label={null} />}
        </Field>
        <Field label={`The bus moves ${bandwidthGBs} GB a second`}>
          {(id) => <Slider aria-labelledby={id} min={1} max={16} step={0.5} value={bandwidthGBs} onChange={setBandwidth} label={null} />}
        </Field>
        <Field label="Gradients travel as">
          {(id) => (
            <SegmentedControl
              size="xs"
              aria-labelledby={id}
              data={[
                { value: '4', label: '32 bits' },
                { value: '2', label: '16 bits' },
              ]}
              value={precision}
              onChange={(value) => setPrecision(value as '4' | '2')}
            />
          )}
        </Field>
        <Field label="Hidden behind the backward pass">
          {(id) => (
            <SegmentedControl
              size="xs"
              aria-labelledby={id}
              data={[
                { value: 'yes', label: 'yes' },
                { value: 'no', label: 'no' },
              ]}
              value={overlap}
              onChange={(value) => setOverlap(value as 'yes' | 'no')}
            />
          )}
        </Field>
      </div>
      <Bars
        legend
        max={Math.max(stepMs, computeMs + transferMs)}
        bars={[
          {
            label: 'one GPU',
            name: 'one',
            parts: [{ value: computeMs, look: { label: 'computing', color: 'var(--phase-compute)' } }],
            text: `${computeMs} ms for one batch`,
          },
          {
            label: 'two GPUs',
            name: 'two',
            parts: [
              { value: computeMs, look: { label: 'computing', color: 'var(--phase-compute)' } },
              { value: exposedMs, look: { label: 'exposed communication', color: 'var(--phase-all-reduce)' } },
            ],
            text: `${stepMs.toFixed(0)} ms for two batches`,
            strong: true,
          },
        ]}
      />
      <p className={styles.own}>
        {fit
          ? `Measured on your machine, between two processes: ${(1 / (fit.betaMsPerByte * 1e6)).toFixed(2)} GB a second after a start-up of ${(fit.alphaMs * 1000).toFixed(0)} µs.`
          : 'Your own bandwidth will stand here when you have measured it.'}
      </p>
    </Frame>
  )
}

function Field({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId()
  return (
    <div>
      <p id={id} className={styles.label}>
        {label}
      </p>
      {children(id)}
    </div>
  )
}
