/** workbench.*: runs programs of the lessons on ranks of their own. */
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'
import { streamWithTypedErrors } from './typed-errors.ts'

export const workbenchHandlers = ({ workbench }: LabParts) => ({
  run: os.workbench.run.handler(({ input, signal }) => streamWithTypedErrors(workbench.run(input, signal))),
  last: os.workbench.last.handler(({ input }) => workbench.last(input.program)),
})
