/** The way without the lab's help: where a token comes from, where it belongs, and commands to copy. No token is ever typed in here. */
import { Button } from '@mantine/core'
import type { SpaceFolder } from '../../../shared/domain/space.ts'
import { useDeploy } from '../../state/deploy.ts'
import { useSpacePush } from '../../state/space-push.ts'
import form from '../../ui/form.module.css'
import { CommandLines } from './command-lines.tsx'
import { newTokenUrl, pushByHand, withToken } from './commands.ts'
import styles from './by-hand.module.css'
import { hubNameForCommands } from './push-words.ts'

export function HowToGetAToken() {
  return (
    <details className={styles.details} open>
      <summary>How the lab gets a token</summary>
      <ol className={styles.list}>
        <li>
          Make one on the hub, with the role “write”:{' '}
          <a href={newTokenUrl} target="_blank" rel="noreferrer">
            {newTokenUrl}
          </a>
        </li>
        <li>
          End the lab and start it with the token in its environment, as HF_TOKEN. It is never typed into this page, and the lab writes it
          down nowhere.
        </li>
      </ol>
      <CommandLines commands={withToken} />
    </details>
  )
}

export function ByHand({ folder, isOpen = false }: { folder: SpaceFolder; isOpen?: boolean }) {
  const goTo = useDeploy((state) => state.goTo)
  const { account, isPrivate, ...draft } = useSpacePush()
  const name = hubNameForCommands(draft, account.value, folder)
  return (
    <details className={styles.details} open={isOpen}>
      <summary>Push it by hand</summary>
      <CommandLines commands={pushByHand(folder, name, isPrivate)} />
      <div className={form.buttons}>
        <Button variant="default" onClick={() => goTo('check')}>
          It is there: check it
        </Button>
      </div>
    </details>
  )
}
