/** The way to a Hugging Face Space: write its folder, push it, check what was deployed. HF_TOKEN stays with the lab. */
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { modelChoiceSchema } from '../domain/prediction.ts'
import {
  deployedCheckSchema,
  hubAccountSchema,
  publishedSpaceSchema,
  pushEventSchema,
  spaceFolderSchema,
  spaceKindSchema,
  spaceNameSchema,
  spaceWriteEventSchema,
} from '../domain/space.ts'
import { procedure } from './base.ts'

const folderName = z.string().trim().min(1).max(100)

export const deploy = {
  /** The Space folders in `<data directory>/spaces`, the newest first. */
  folders: procedure.output(z.array(spaceFolderSchema)),
  /**
   * Writes a Space of the model into `<data directory>/spaces/<folderName>`; an earlier Space of ours in that place is
   * replaced. The stream is the work; who lets go of it cancels it, and nothing of it is kept.
   */
  write: procedure
    .input(modelChoiceSchema.extend({ kind: spaceKindSchema, folderName, title: z.string().trim().min(1).max(80) }))
    .output(eventIterator(spaceWriteEventSchema)),
  /** Whose token HF_TOKEN is. HUB_TOKEN_MISSING where there is none, HUB_TOKEN_REFUSED, HUB_UNREACHABLE. */
  account: procedure.output(hubAccountSchema),
  /** What the hub has under that name; null: nothing. */
  published: procedure.input(z.object({ name: spaceNameSchema })).output(publishedSpaceSchema.nullable()),
  /**
   * Creates the Space and sends the folder, without what the hub has already; a push that was cut short is taken up by the
   * next one. The stream is the push; who lets go of it cancels it. SPACE_EXISTS where there is a Space of that name and
   * `overwriteRevision` is null; SPACE_CHANGED where it is no longer at that revision; nothing is changed then.
   */
  push: procedure
    .input(
      z.object({
        folderName,
        name: spaceNameSchema,
        /** Of a Space that is created by this; that of an existing one is not changed. */
        isPrivate: z.boolean(),
        /** `revision` of `published`, as the person saw it and said yes to. */
        overwriteRevision: z
          .string()
          .regex(/^[0-9a-f]{40}$/)
          .nullable(),
      }),
    )
    .output(eventIterator(pushEventSchema)),
  /**
   * Asks a deployed Space three headlines, or compares the files of a static one. `url`: its page on the hub, or where it
   * answers, https:// or on this machine http://. SPACE_NOT_READY where it sleeps or is being built: wait and check again.
   */
  check: procedure
    .input(
      z.object({
        url: z.string().trim().max(2000),
        /** To compare answers with; null: none. */
        model: modelChoiceSchema.nullable(),
        /** To compare files with; null: none. */
        folderName: folderName.nullable(),
      }),
    )
    .output(deployedCheckSchema),
}
