import { oc } from '@orpc/contract'
import { labErrorInfoSchema } from './errors.ts'

/** Every procedure may fail with one typed error, `LAB`, that carries a `LabErrorInfo`. */
export const procedure = oc.errors({ LAB: { status: 422, data: labErrorInfoSchema } })
