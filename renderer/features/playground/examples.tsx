/** Headlines to try with one click; the second row is hard because two classes have a claim on each. */
import { UnstyledButton } from '@mantine/core'
import styles from './playground.module.css'

const groups: { title: string; headlines: string[] }[] = [
  {
    title: 'Clear cases',
    headlines: [
      'Envoys resume ceasefire talks in Geneva',
      'Late header settles cup semi-final',
      'Central bank holds interest rates',
      'Telescope spots water on distant planet',
    ],
  },
  {
    title: 'Hard cases',
    headlines: [
      'Fund completes takeover of football club',
      'Game studio shares tumble on console delay',
      'Forty nations sign Moon mining treaty',
      'Team doctor goes on trial for doping',
    ],
  },
]

export function Examples({ onChoose }: { onChoose: (headline: string) => void }) {
  return groups.map(({ title, headlines }) => (
    <div key={title} className={styles.examples} role="group" aria-label={title}>
      <span className={styles.examplesLabel}>{title}</span>
      <div>
        {headlines.map((headline) => (
          <UnstyledButton key={headline} className={styles.example} onClick={() => onChoose(headline)}>
            {headline}
          </UnstyledButton>
        ))}
      </div>
    </div>
  ))
}
