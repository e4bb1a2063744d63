/**
 * The faults that a person can put into a rank of their own run, to watch what happens. `thaw` and `normal` take a fault
 * back; the others cannot be taken back.
 */
import { z } from 'zod'

export const faultSchema = z.enum([
  /** Ends the process at once, as the system does when memory runs out. */
  'kill',
  /** Stops the process without ending it, as a debugger or a swapping machine does. */
  'freeze',
  'thaw',
  /** Makes it compute `slowFactor` times slower. */
  'slow',
  'normal',
  /** Changes one weight of this rank's model a little, as a faulty memory does. */
  'drift',
  /** Puts NaN into one weight of this rank's model. */
  'poison',
])
export type Fault = z.infer<typeof faultSchema>

export const slowFactor = 3
