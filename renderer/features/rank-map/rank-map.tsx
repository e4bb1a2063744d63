/** The ranks as they stand in the ring: one card for each process, arrows along which gradients travel. */
import { useElementSize } from '@mantine/hooks'
import { useId } from 'react'
import type { ReactNode } from 'react'
import type { StepMetrics } from '../../../shared/domain/metrics.ts'
import type { RankStatus } from '../../../shared/domain/run.ts'
import { bytes, plural } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import { RankCard } from './rank-card.tsx'
import { layoutRing } from './ring-layout.ts'
import styles from './rank-map.module.css'

interface RankMapProps {
  ranks: RankStatus[]
  lastStep: StepMetrics | null
  /** Of those that are trained: frozen ones have no gradients. */
  parameterCount: number | null
  /** Above the ranks: what happened, where something did. */
  children?: ReactNode
  className?: string | undefined
}

const fullCard = 152
const smallCard = 66
const largestFull = 4

export function RankMap({ ranks, lastStep, parameterCount, children, className }: RankMapProps) {
  const { ref, width } = useElementSize<HTMLDivElement>()
  const markerId = useId()
  const small = ranks.length > largestFull
  const ring = layoutRing(ranks.length, width, small ? smallCard : fullCard)
  const flowing = ranks.every((rank) => rank.state === 'training')
  return (
    <Panel title="Rank map" hint={plural(ranks.length, 'process', 'processes')} actions={<ProvenanceTag />} className={className}>
      {children}
      <div ref={ref} className={styles.ring} style={{ height: ring.height }}>
        {width > 0 && (
          <>
            <svg className={styles.arrows} width={width} height={ring.height} aria-hidden data-flowing={flowing || undefined}>
              <defs>
                <marker id={markerId} viewBox="0 0 8 8" refX="6.5" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
                  <path d="M0.5 0.8L7 4L0.5 7.2Z" fill="var(--accent)" />
                </marker>
              </defs>
              {ring.arrows.map((path, rank) => (
                <path key={rank} d={path} markerEnd={`url(#${markerId})`} />
              ))}
            </svg>
            <ul className={styles.cards}>
              {ranks.map((rank, index) => (
                <li
                  key={rank.rank}
                  style={{
                    left: ring.cards[index]!.x,
                    top: ring.cards[index]!.y,
                    width: ring.cardWidth,
                    height: small ? smallCard : fullCard,
                  }}
                >
                  <RankCard status={rank} step={lastStep?.ranks.find((entry) => entry.rank === rank.rank) ?? null} small={small} />
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
      <p className={styles.caption}>{caption(ranks.length, parameterCount)}</p>
    </Panel>
  )
}

/** Ring all-reduce moves 2·(N−1)/N of the gradients through every link in each step (Patarasuk and Yuan, 2009). */
function caption(worldSize: number, parameterCount: number | null): string {
  if (worldSize === 0) return 'No process of this run is known here.'
  if (worldSize === 1) return 'A process group of one: nothing to average.'
  if (parameterCount === null) return 'Each arrow carries gradients to the next rank.'
  const payload = (2 * (worldSize - 1) * parameterCount * 4) / worldSize
  return `Each arrow carries ${bytes(payload)} of gradients a step (2·(N−1)/N of ${bytes(parameterCount * 4)}, calculated).`
}
