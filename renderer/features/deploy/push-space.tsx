/** Step 3: the folder goes to the hub; by the lab where it has a token, by hand where it has none. */
import { Button } from '@mantine/core'
import { useEffect } from 'react'
import type { SpaceFolder } from '../../../shared/domain/space.ts'
import { isSameFolder, looking, useSpacePush } from '../../state/space-push.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import form from '../../ui/form.module.css'
import { ByHand, HowToGetAToken } from './by-hand.tsx'
import styles from './deploy.module.css'
import { PushForm } from './push-form.tsx'
import { Pushed } from './pushed.tsx'
import { pushInWords } from './push-words.ts'
import { SpaceExists } from './space-exists.tsx'
import { WorkProgress } from './work-progress.tsx'

export function PushSpace({ folder }: { folder: SpaceFolder | null }) {
  const { account, refreshAccount, progress, found, result, error, wasCancelled, cancel, ...push } = useSpacePush()
  // A token is set where the lab is started, so each visit asks again.
  useEffect(() => void refreshAccount(), [refreshAccount])
  if (progress) {
    const { sentBytes, totalBytes } = progress
    const fraction = totalBytes === null ? null : totalBytes === 0 ? 1 : sentBytes / totalBytes
    return (
      <WorkProgress
        name="Progress of the push"
        words={pushInWords(progress)}
        fraction={fraction}
        isLabs={progress !== looking}
        onCancel={() => void cancel()}
      />
    )
  }
  if (folder === null) return <p className={form.lead}>Write the folder first.</p>
  if (result && isSameFolder(push.folder, folder)) return <Pushed kind={folder.facts.kind} result={result} />
  if (found) return <SpaceExists found={found} />
  if (account.value === null)
    return account.error ? (
      <>
        <ErrorNotice error={account.error} />
        {(account.error.code === 'HUB_TOKEN_MISSING' || account.error.code === 'HUB_TOKEN_REFUSED') && <HowToGetAToken />}
        <div className={form.buttons}>
          <Button variant="default" loading={account.loading} onClick={() => void refreshAccount()}>
            Ask the hub again
          </Button>
        </div>
        <ByHand folder={folder} isOpen />
      </>
    ) : (
      <p className={form.lead} role="status">
        Asking the hub whose token the lab has …
      </p>
    )
  return (
    <>
      {error && <ErrorNotice error={error} />}
      {wasCancelled && (
        <p className={styles.note} role="status">
          The push was cancelled, and the Space is as it was. Push again whenever you like: files that arrived whole are not sent again.
        </p>
      )}
      <PushForm folder={folder} account={account.value} isAgain={error !== null || wasCancelled} />
      <ByHand folder={folder} />
    </>
  )
}
