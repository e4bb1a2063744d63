/** Commands with what each is for, to be copied. */
import { CopyableCode } from '../../ui/copyable-code.tsx'
import type { Titled } from './commands.ts'
import styles from './command-lines.module.css'

export function CommandLines({ commands }: { commands: readonly Titled[] }) {
  return (
    <ul className={styles.commands}>
      {commands.map(({ title, command }) => (
        <li key={title}>
          <span>{title}</span>
          <CopyableCode name={title} code={command} />
        </li>
      ))}
    </ul>
  )
}
