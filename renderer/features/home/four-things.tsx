/** What one can do here, shown where the last runs will be as long as there are none. */
import { IconChartLine, IconFileText, IconKeyboard, IconPlayerPlay } from '@tabler/icons-react'
import type { Icon } from '@tabler/icons-react'
import styles from './four-things.module.css'

const things: { icon: Icon; title: string; text: string }[] = [
  { icon: IconPlayerPlay, title: 'Train', text: 'One click starts a process for each rank. The first run takes half a minute.' },
  { icon: IconChartLine, title: 'Watch', text: 'Loss, throughput and every rank, live; where the time of a step goes.' },
  { icon: IconKeyboard, title: 'Ask', text: 'Type a headline in the playground; see what the model sees and says.' },
  { icon: IconFileText, title: 'Report', text: 'Export what was measured as one HTML, Markdown or JSON file.' },
]

export function FourThings() {
  return (
    <ol className={styles.things}>
      {things.map(({ icon: ThingIcon, title, text }) => (
        <li key={title}>
          <ThingIcon size={22} stroke={1.4} aria-hidden />
          <strong>{title}</strong>
          <span>{text}</span>
        </li>
      ))}
    </ol>
  )
}
