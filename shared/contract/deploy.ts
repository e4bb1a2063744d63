/**
 * The way to a Hugging Face Space: write its folder, push it, check what was deployed. HF_TOKEN stays with the lab. Writing and
 * pushing are the lab's work, one at a time: they go on while no page is open.
 */
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { modelChoiceSchema } from '../domain/prediction.ts'
import {
  deployedCheckSchema,
  hubAccountSchema,
  publishedSpaceSchema,
  spaceFolderSchema,
  spaceKindSchema,
  spaceNameSchema,
  spaceWorkSchema,
} from '../domain/space.ts'
import { procedure } from './base.ts'

const id = z.object({ id: z.string().max(64) })
const folderName = z.string().trim().min(1).max(100)

export const deploy = {
  /** The Space folders in `<data directory>/spaces`, the newest first. */
  folders: procedure.output(z.array(spaceFolderSchema)),
  /** What the lab writes or pushes, or did last, and again whenever that changes; at most four times a second. */
  watch: procedure.output(eventIterator(spaceWorkSchema)),
  /**
   * Begins to write a Space of the model into `<data directory>/spaces/<folderName>`; an earlier Space of ours in that place is
   * replaced. TOO_BUSY while another is written or pushed. What fails or is cancelled leaves nothing.
   */
  write: procedure
    .input(modelChoiceSchema.extend({ kind: spaceKindSchema, folderName, title: z.string().trim().min(1).max(80) }))
    .output(id),
  /** Ends the work of that id, and returns when it has cleared up after itself; one that is over is left as it is. */
  cancel: procedure.input(id).output(z.object({})),
  /** Whose token HF_TOKEN is. HUB_TOKEN_MISSING where there is none, HUB_TOKEN_REFUSED, HUB_UNREACHABLE. */
  account: procedure.output(hubAccountSchema),
  /** What the hub has under that name; null: nothing. */
  published: procedure.input(z.object({ name: spaceNameSchema })).output(publishedSpaceSchema.nullable()),
  /**
   * Begins to create the Space and to send the folder, without what the hub has already; a push that was cut short is taken up
   * by the next one. SPACE_NOT_FOUND, TOO_BUSY; what is refused later, `watch` tells: SPACE_EXISTS where there is a Space of that
   * name and `overwriteRevision` is null; SPACE_CHANGED where it is no longer at that revision; nothing is changed then.
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
    .output(id),
  /**
   * Asks a deployed Space three headlines, several times, or compares the files of a static one. `url`: its page on the hub, or
   * where it answers, https:// or on this machine http://. SPACE_NOT_READY where it sleeps or is being built: wait and check
   * again. SPACE_INVALID where the folder has changed since it was written.
   */
  check: procedure
    .input(
      z.object({
        url: z.string().trim().max(2000),
        /** What was deployed: the files of a static Space are compared with it, answers with the weights in that of a Docker one. */
        folderName: folderName.nullable(),
        /** What answers are compared with where no folder holds weights that answer; null: with nothing. */
        model: modelChoiceSchema.nullable(),
      }),
    )
    .output(deployedCheckSchema),
}
