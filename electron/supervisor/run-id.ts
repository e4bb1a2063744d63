/**
 * Names of run directories. Generated here and only recognised elsewhere, never composed from anything a person or a page
 * sends: so a name can hold no path, and sorting names sorts runs by age.
 */
import { randomBytes } from 'node:crypto'

const pattern = /^\d{8}-\d{6}-[a-z]+-[0-9a-f]{4}$/

/** For example `20261124-031500-tiny-ab12`: UTC date and time, model, four random hex digits. Sorts by age. */
export function generateRunId(model: string, now: Date): string {
  const [date, time] = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T')
  return `${date}-${time}-${model}-${randomBytes(2).toString('hex')}`
}

export const isRunId = (id: string): boolean => pattern.test(id)
