/** deploy.*: the way of a model to a Hugging Face Space. The first piece: the folders that are there. */
import { LabError } from '../../shared/contract/errors.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'

export const deployHandlers = (_parts: LabParts) => ({
  folders: os.deploy.folders.handler(async () => []),
  write: os.deploy.write.handler(() => notYet()),
  account: os.deploy.account.handler(() => notYet()),
  published: os.deploy.published.handler(() => notYet()),
  push: os.deploy.push.handler(() => notYet()),
  check: os.deploy.check.handler(() => notYet()),
})

function notYet(): never {
  throw new LabError({
    code: 'NOT_IMPLEMENTED_HERE',
    title: 'This part of the deployment is still being built',
    cause: 'The contract is there, the work behind it is not yet.',
    suggestion: 'Export the model as a folder for now.',
  })
}
