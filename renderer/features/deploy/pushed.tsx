/** What a push has left on the hub. */
import { Button } from '@mantine/core'
import type { PushResult, SpaceKind } from '../../../shared/domain/space.ts'
import { useDeploy } from '../../state/deploy.ts'
import { useSpacePush } from '../../state/space-push.ts'
import { Facts } from '../../ui/facts.tsx'
import form from '../../ui/form.module.css'
import { bytes } from '../../ui/format.ts'
import { ProvenanceTag } from '../../ui/provenance-tag.tsx'
import { HubLink } from './hub-link.tsx'

export function Pushed({ kind, result: { url, revision, sentBytes, reusedBytes } }: { kind: SpaceKind; result: PushResult }) {
  const goTo = useDeploy((state) => state.goTo)
  const leaveIt = useSpacePush((state) => state.leaveIt)
  return (
    <>
      <Facts
        rows={[
          ['Where', <HubLink url={url} />],
          ['Revision', <code>{revision.slice(0, 8)}</code>],
          [
            'Sent',
            <>
              {bytes(sentBytes)} of large files; the hub had {bytes(reusedBytes)} of them already
              <ProvenanceTag provenance="measured" />
            </>,
          ],
        ]}
      />
      <p className={form.lead}>
        {kind === 'docker' ? 'The hub builds its image now; it answers after some minutes.' : 'The hub serves it in a moment.'}
      </p>
      <div className={form.buttons}>
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
