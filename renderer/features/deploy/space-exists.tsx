/** There is something under that name: what, and the question whether it may be replaced. */
import { Button } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { PublishedSpace } from '../../../shared/domain/space.ts'
import { useSpacePush } from '../../state/space-push.ts'
import { dateTime, plural } from '../../ui/format.ts'
import styles from './deploy.module.css'

export function SpaceExists({ found }: { found: PublishedSpace }) {
  const { overwrite, leaveIt } = useSpacePush()
  const { name, url, sdk, fileCount, lastModified, revision, isPrivate } = found
  return (
    <div role="alertdialog" aria-label={`There is a Space called ${name} already`} className={styles.exists}>
      <p className={styles.existsTitle}>
        <IconAlertTriangle size={18} aria-hidden /> There is a Space called {name} already
      </p>
      <dl className={styles.facts}>
        <div>
          <dt>Where</dt>
          <dd>
            <a href={url} target="_blank" rel="noreferrer">
              {url}
            </a>
          </dd>
        </div>
        <div>
          <dt>What</dt>
          <dd>
            {plural(fileCount, 'file')}
            {sdk !== null && `, ${sdk}`}, {isPrivate ? 'private' : 'public'}
            {lastModified !== null && `, last changed ${dateTime(lastModified)}`}, revision <code>{revision.slice(0, 8)}</code>
          </dd>
        </div>
      </dl>
      <p>Overwriting makes its files those of your folder, in one commit: the rest is removed. The hub keeps its history.</p>
      <div className={styles.buttons}>
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
