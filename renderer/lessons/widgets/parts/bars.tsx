/** Horizontal bars with their values: one colour each, or stacked from parts. */
import type { ReactNode } from 'react'
import { Legend, type Look } from './legend.tsx'
import styles from './bars.module.css'

export interface Bar {
  label: ReactNode
  /** For the key, and for readers of a screen. */
  name: string
  parts: readonly { value: number; look: Look }[]
  /** What stands at the end. */
  text: string
  strong?: boolean
}

export function Bars({ bars, max, legend = false }: { bars: readonly Bar[]; max?: number; legend?: boolean }) {
  const total = ({ parts }: Bar): number => parts.reduce((sum, { value }) => sum + value, 0)
  const longest = max ?? Math.max(...bars.map(total), 1e-12)
  const looks = new Map(bars.flatMap(({ parts }) => parts.map(({ look }) => [look.label, look] as const)))
  return (
    <div>
      <ul className={styles.bars}>
        {bars.map((bar) => (
          <li key={bar.name} data-strong={bar.strong || undefined}>
            <span className={styles.label}>{bar.label}</span>
            <span className={styles.track}>
              {bar.parts.map(({ value, look }) => (
                <span
                  key={look.label}
                  className={styles.part}
                  title={look.label}
                  style={{ width: `${(Math.min(value, longest) / longest) * 100}%`, background: look.color }}
                />
              ))}
            </span>
            <span className={styles.value}>{bar.text}</span>
          </li>
        ))}
      </ul>
      {legend && <Legend looks={[...looks.values()]} shape="block" />}
    </div>
  )
}
