/** How the machine is just now: what others take of it, how fast its clock is. */
import { createHash } from 'node:crypto'
import { cpus } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'

const watchedMs = 500

/** Share of all cores that is busy while the caller does nothing; null where the system does not say. */
export async function busyShare(): Promise<number | null> {
  const before = processorTimes()
  await pause(watchedMs)
  const after = processorTimes()
  const whole = after.whole - before.whole
  return whole > 0 ? (whole - (after.idle - before.idle)) / whole : null
}

function processorTimes(): { idle: number; whole: number } {
  const times = cpus().map((cpu) => cpu.times)
  const sum = (of: (time: (typeof times)[number]) => number): number => times.reduce((total, time) => total + of(time), 0)
  return { idle: sum(({ idle }) => idle), whole: sum(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq) }
}

const work = Buffer.alloc(16 * 1024 * 1024, 7)
const tries = 5

/** The best of a few times, in milliseconds, that one core needs to hash 16 MB. */
export function calibrationMs(): number {
  const times = Array.from({ length: tries }, () => {
    const began = performance.now()
    createHash('sha256').update(work).digest()
    return performance.now() - began
  })
  return Math.min(...times)
}
