/** There is something under that name: what, and the question whether it may be replaced. */
import { Button } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import type { PublishedSpace } from '../../../shared/domain/space.ts'
import { useSpacePush } from '../../state/space-push.ts'
import { Facts } from '../../ui/facts.tsx'
import form from '../../ui/form.module.css'
import { dateTime, plural } from '../../ui/format.ts'
import { HubLink } from './hub-link.tsx'
import styles from './space-exists.module.css'

export function SpaceExists({ found }: { found: PublishedSpace }) {
  const { overwrite, leaveIt } = useSpacePush()
  const dialog = useRef<HTMLDivElement>(null)
  // It is a question: whoever reads with the ears, or works from the keyboard, must meet it first.
  useEffect(() => dialog.current?.focus(), [])
  const { name, url, sdk, fileCount, lastModified, revision, isPrivate } = found
  return (
    <div ref={dialog} tabIndex={-1} role="alertdialog" aria-label={`There is a Space called ${name} already`} className={styles.exists}>
      <p className={styles.title}>
        <IconAlertTriangle size={18} aria-hidden /> There is a Space called {name} already
      </p>
      <Facts
        rows={[
          ['Where', <HubLink url={url} />],
          [
            'What',
            <span>
              {plural(fileCount, 'file')}
              {sdk !== null && `, ${sdk}`}, {isPrivate ? 'private' : 'public'}
              {lastModified !== null && `, last changed ${dateTime(lastModified)}`}, revision <code>{revision.slice(0, 8)}</code>
            </span>,
          ],
        ]}
      />
      <p>Overwriting makes its files those of your folder, in one commit: the rest is removed. The hub keeps its history.</p>
      <div className={form.buttons}>
        <Button variant="default" onClick={leaveIt}>
          Choose another name
        </Button>
        <Button variant="outline" color="var(--bad)" onClick={() => void overwrite()}>
          Overwrite it
        </Button>
      </div>
    </div>
  )
}
