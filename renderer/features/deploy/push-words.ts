/** Names for the hub, and a push in words. Pure. */
import { spaceNameSchema } from '../../../shared/domain/space.ts'
import type { HubAccount, PushProgress, SpaceFolder } from '../../../shared/domain/space.ts'
import { bytes, remaining } from '../../ui/format.ts'
import { unknownOwner } from './commands.ts'
import { nameOf } from './names.ts'

/** 'sending model.onnx · 3.1 MB of 12.0 MB · 1.2 MB/s, measured · 8 s left' */
export function pushInWords({ stage, sentBytes, totalBytes, bytesPerSec, etaMs }: PushProgress): string {
  return [
    `${stage} …`,
    totalBytes ? `${bytes(sentBytes)} of ${bytes(totalBytes)}` : null,
    bytesPerSec === null ? null : `${bytes(bytesPerSec)}/s, measured`,
    etaMs === null ? null : `${remaining(etaMs)} left`,
  ]
    .filter((part) => part !== null)
    .join(' · ')
}

interface NameDraft {
  owner: string | null
  name: string | null
}

/** The whole name for commands: what is no name of the hub is no word of a command, either. */
export function hubNameForCommands(draft: NameDraft, account: HubAccount | null, folder: SpaceFolder): string {
  const { owner, name } = hubName(draft, account, folder)
  const whole = `${owner}/${name.trim()}`
  return spaceNameSchema.safeParse(whole).success ? whole : `${account?.owners[0] ?? unknownOwner}/${nameOf(folder.facts.title)}`
}

/** What the person has typed or, where that is nothing yet, what fits the account and the folder. */
export function hubName({ owner, name }: NameDraft, account: HubAccount | null, folder: SpaceFolder): { owner: string; name: string } {
  return { owner: owner ?? account?.owners[0] ?? unknownOwner, name: name ?? nameOf(folder.facts.title) }
}
