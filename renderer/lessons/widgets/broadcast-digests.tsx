/** The fingerprints of the ranks' parameters before and after the broadcast, and without one. */
import type { Evidence } from '../evidence.ts'
import { probesOf } from '../evidence.ts'
import { useArm } from './parts/arm-switch.tsx'
import { DataTable, Frame, NotMeasured } from './parts/frame.tsx'
import { lookOfRank, RankName } from './parts/legend.tsx'
import { signed, tint } from './parts/numbers.ts'
import styles from './broadcast-digests.module.css'

const digits = 12

export function BroadcastDigests({ evidence }: { evidence: Evidence }) {
  const { result, control } = useArm(evidence, 'broadcast', ['broken', 'fixed'], { fixed: 'with broadcast', broken: 'without' })
  if (!result) return <NotMeasured>The fingerprint of each rank’s parameters will stand here, before and after.</NotMeasured>
  const probes = probesOf(result).flatMap((probe, rank) => (probe ? [{ ...probe, rank }] : []))
  const digests = [...new Set(probes.flatMap(({ digestBefore, digestAfter }) => [digestBefore, digestAfter]))]
  // A model is drawn as the rank that it came from.
  const colour = (digest: string): string => tint(0.3, lookOfRank(digests.indexOf(digest)).color)
  const equal = new Set(probes.map(({ digestAfter }) => digestAfter)).size === 1
  return (
    <Frame
      title="Fingerprints of the parameters"
      hint={`SHA-256 of ${((probes[0]?.parameterBytes ?? 0) / 1e6).toFixed(1)} MB, first ${digits} digits`}
      summary={`Before, ${new Set(probes.map(({ digestBefore }) => digestBefore)).size} different models on ${probes.length} ranks. Afterwards ${equal ? 'all ranks hold the same one' : 'they still differ'}.`}
      controls={control}
      table={{
        head: ['rank', 'before', 'after', 'bytes sent'],
        rows: probes.map(({ rank, digestBefore, digestAfter, payloadBytesSent }) => [rank, digestBefore, digestAfter, payloadBytesSent]),
      }}
    >
      <div className={styles.grid}>
        <span />
        <span className={styles.head}>before</span>
        <span />
        <span className={styles.head}>after</span>
        {probes.map(({ rank, digestBefore, digestAfter }) => (
          <div key={rank} className={styles.row}>
            <RankName rank={rank} />
            <code style={{ background: colour(digestBefore) }}>{digestBefore.slice(0, digits)}</code>
            <span aria-hidden>→</span>
            <code style={{ background: colour(digestAfter) }}>{digestAfter.slice(0, digits)}</code>
          </div>
        ))}
      </div>
      <h3 className={styles.heading}>First values of {probes[0]?.parameter}, afterwards</h3>
      <DataTable
        title="First values"
        table={{
          head: ['rank', ...(probes[0]?.after.slice(0, 6) ?? []).map((_, index) => `[${index}]`)],
          rows: probes.map(({ rank, after }) => [rank, ...after.slice(0, 6).map(signed)]),
        }}
      />
    </Frame>
  )
}
