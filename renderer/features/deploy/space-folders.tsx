/** The Spaces that lie on this machine: go on with one of them. */
import { Button } from '@mantine/core'
import type { SpaceFolder } from '../../../shared/domain/space.ts'
import { useDeploy } from '../../state/deploy.ts'
import { useSpacePush } from '../../state/space-push.ts'
import form from '../../ui/form.module.css'
import { bytes, dateTime } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import styles from './space-folders.module.css'
import { kindsInWords } from './kinds.ts'

export function SpaceFolders({ folders }: { folders: readonly SpaceFolder[] }) {
  const { use, folder, writing } = useDeploy()
  const isPushing = useSpacePush((state) => state.progress !== null)
  if (folders.length === 0) return null
  return (
    <Panel title="Written here" hint="newest first" flush className={styles.folders}>
      <ul aria-label="Spaces on this machine">
        {folders.map((one) => (
          <li key={one.folderName}>
            <span className={styles.name} title={one.path}>
              {one.folderName}
            </span>
            <span className={styles.facts}>
              {kindsInWords[one.facts.kind].title} · {bytes(one.bytes)} · {dateTime(one.facts.createdAt)}
            </span>
            {folder?.folderName === one.folderName ? (
              <span className={form.quiet}>chosen</span>
            ) : (
              <Button
                size="compact-xs"
                variant="default"
                disabled={writing !== null || isPushing}
                aria-label={`Go on with ${one.folderName}`}
                onClick={() => use(one)}
              >
                Go on
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  )
}
