/**
 * The most resident memory that this process has had. From the kernel's own record of its address space: what `getrusage`
 * says begins, in a process that was started by a larger one, with the parent's.
 */
import { readFileSync } from 'node:fs'

/** Bytes; null where the system does not tell. */
export function peakRssBytes(): number | null {
  if (process.platform !== 'linux') return null
  const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return kilobytes === undefined ? null : Number(kilobytes) * 1024
}
