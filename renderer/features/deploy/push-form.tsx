/** Under which name, and who may see it. Nothing that is there is overwritten by this button alone. */
import { Button, Select, Switch, TextInput } from '@mantine/core'
import { IconCloudUpload } from '@tabler/icons-react'
import { spaceNameSchema } from '../../../shared/domain/space.ts'
import type { HubAccount, SpaceFolder } from '../../../shared/domain/space.ts'
import { useSpacePush } from '../../state/space-push.ts'
import form from '../../ui/form.module.css'
import { bytes } from '../../ui/format.ts'
import styles from './deploy.module.css'
import { hubName } from './push-words.ts'

interface PushFormProps {
  folder: SpaceFolder
  account: HubAccount
  /** A try came before. */
  isAgain: boolean
}

export function PushForm({ folder, account, isAgain }: PushFormProps) {
  const { isPrivate, set, push, ...draft } = useSpacePush()
  const { owner, name } = hubName(draft, account, folder)
  const whole = `${owner}/${name.trim()}`
  const wrong = spaceNameSchema.safeParse(whole).error?.issues[0]?.message ?? null
  return (
    <form
      className={form.form}
      onSubmit={(event) => {
        event.preventDefault()
        void push(folder, whole)
      }}
    >
      <p className={form.lead}>
        The lab’s token is one of <strong>{account.name}</strong> at <span className="mono">{account.endpoint}</span>.
      </p>
      {!account.canWrite && (
        <p className={styles.note} data-tone="warn">
          It may only read. Make one with the role “write”, set HF_TOKEN to it, and start the lab anew; or push by hand, below.
        </p>
      )}
      <div className={form.pair}>
        <Select
          size="sm"
          label="Owner"
          description="You, or an organisation of yours"
          data={account.owners}
          value={owner}
          onChange={(value) => set({ owner: value })}
        />
        <TextInput
          size="sm"
          label="Name"
          description="Part of its address"
          value={name}
          maxLength={96}
          error={wrong}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
      </div>
      <Switch
        label="Private"
        description="Only its owner sees it. This is decided when the Space is made; later, in its settings on the hub."
        checked={isPrivate}
        onChange={(event) => set({ isPrivate: event.currentTarget.checked })}
      />
      <div className={form.buttons}>
        <span className={form.quiet}>
          {folder.folderName}, {bytes(folder.bytes)}
        </span>
        <Button
          data-key="run"
          type="submit"
          leftSection={<IconCloudUpload size={16} aria-hidden />}
          disabled={wrong !== null || !account.canWrite}
        >
          {isAgain ? 'Push again' : 'Push to the hub'}
        </Button>
      </div>
    </form>
  )
}
