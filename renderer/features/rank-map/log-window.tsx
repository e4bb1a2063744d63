/** The end of what a run's processes printed, to read and to close. */
import { Modal } from '@mantine/core'
import styles from './log-window.module.css'

/** Open while there is a text, even an empty one. */
export function LogWindow({ text, onClose }: { text: string | null; onClose: () => void }) {
  return (
    <Modal opened={text !== null} onClose={onClose} size="xl" title="The end of log.txt">
      {text === '' ? <p>The processes of this run have printed nothing.</p> : <pre className={styles.log}>{text}</pre>}
    </Modal>
  )
}
