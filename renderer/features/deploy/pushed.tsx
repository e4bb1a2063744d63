/** What a push has left on the hub. */
import { Button } from '@mantine/core'
import type { PushResult } from '../../../shared/domain/space.ts'
import { useDeploy } from '../../state/deploy.ts'
import { useSpacePush } from '../../state/space-push.ts'
import { bytes } from '../../ui/format.ts'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import styles from './deploy.module.css'

export function Pushed({ result: { url, revision, sentBytes, reusedBytes } }: { result: PushResult }) {
  const goTo = useDeploy((state) => state.goTo)
  const leaveIt = useSpacePush((state) => state.leaveIt)
  return (
    <>
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
          <dt>Revision</dt>
          <dd>
            <code>{revision.slice(0, 8)}</code>
          </dd>
        </div>
        <div>
          <dt>Sent</dt>
          <dd>
            {bytes(sentBytes)} of large files; the hub had {bytes(reusedBytes)} of them already
            <ProvenanceTag provenance="measured" />
          </dd>
        </div>
      </dl>
      <div className={styles.buttons}>
        <Button variant="default" onClick={leaveIt}>
          Push again
        </Button>
        <Button data-key="run" onClick={() => goTo('check')}>
          Check it
        </Button>
      </div>
    </>
  )
}
