/** Amdahl's law with the person's own serial share: measured points, and the curve that they lead to. */
import { scalingFacts } from '../../../shared/lessons/checks/measurements.ts'
import type { Evidence } from '../evidence.ts'
import { Frame, NotMeasured } from './parts/frame.tsx'
import { lookOfRank } from './parts/legend.tsx'
import { LinePlot } from './parts/line-plot.tsx'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import styles from './modes.module.css'

const mostRanks = 16

/** Speed-up of `ranks` when the share `serial` of a step does not get shorter. */
export const amdahl = (ranks: number, serial: number): number => 1 / (serial + (1 - serial) / ranks)

export function Amdahl({ evidence }: { evidence: Evidence }) {
  const result = evidence.result('scaling', 'measured')
  const facts = result && scalingFacts(result)
  if (!facts) return <NotMeasured>Your measured speed-up will be a point here, and a curve will show where it leads.</NotMeasured>
  const { serialShare, strongSpeedup, ranks } = facts
  const ladder = Array.from({ length: mostRanks }, (_, index) => index + 1)
  const ceiling = serialShare > 0 ? 1 / serialShare : Infinity
  return (
    <Frame
      title="Where your speed-up leads"
      hint="strong scaling"
      summary={`${strongSpeedup < 1 ? 'Here more ranks were slower than one, as happens where they share few cores. ' : ''}${ranks} ranks were ${strongSpeedup.toFixed(2)} times as fast, so ${(serialShare * 100).toFixed(0)} % of a step do not get shorter. ${Number.isFinite(ceiling) ? `No number of ranks would be more than ${ceiling.toFixed(1)} times as fast.` : 'With no serial part at all there is no ceiling; measure again to believe it.'}`}
      table={{ head: ['ranks', 'predicted speed-up', 'ideal'], rows: ladder.map((count) => [count, amdahl(count, serialShare), count]) }}
    >
      <LinePlot
        label="Speed-up by ranks"
        xLabel="ranks"
        yLabel="speed-up"
        height={330}
        yMax={Math.min(mostRanks, Math.max(4, Number.isFinite(ceiling) ? ceiling * 1.3 : mostRanks))}
        {...(Number.isFinite(ceiling) && ceiling < mostRanks && { level: { y: ceiling, label: `ceiling 1 / s = ${ceiling.toFixed(1)}` } })}
        series={[
          {
            ...lookOfRank(1),
            label: 'predicted by Amdahl’s law',
            points: ladder.map((count) => ({ x: count, y: amdahl(count, serialShare) })),
          },
          { color: 'var(--ink-3)', dash: '2 3', label: 'ideal: N times', points: ladder.map((count) => ({ x: count, y: count })) },
          {
            color: 'var(--rank-0)',
            label: 'measured',
            marks: 'only',
            points: [
              { x: 1, y: 1 },
              { x: ranks, y: strongSpeedup },
            ],
          },
        ]}
      />
      <p className={styles.key}>
        The circles are measured. The curve: <ProvenanceTag provenance="predicted" />
      </p>
    </Frame>
  )
}
