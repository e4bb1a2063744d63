/**
 * One lab per data directory. The lock is a file that names its process; a lock whose process is gone, or whose pid now
 * belongs to another process (containers count pids from 1 again), is taken over. It must never be taken by age.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { LabError } from '../../shared/contract/errors.ts'
import { makeDirectory } from '../checkpoint/make-directory.ts'

const lockSchema = z.object({
  pid: z.int().positive(),
  startedAt: z.iso.datetime(),
  /** Tells two locks of one process apart. */
  nonce: z.string(),
  /** Tells two processes of the same pid apart, where the system can. */
  identity: z.string().nullable(),
})
type Lock = z.infer<typeof lockSchema>

/** Longer than a rival needs to write its lock, or to replace a stale one it has read. */
const settleMs = 50

/** Takes the lock of `labDirectory`; call what it returns to give it back. Throws LAB_ALREADY_RUNNING, OUTPUT_NOT_WRITABLE. */
export async function lockDirectory(labDirectory: string): Promise<() => void> {
  const file = join(labDirectory, 'lab.lock')
  const mine: Lock = { pid: process.pid, startedAt: new Date().toISOString(), nonce: randomUUID(), identity: processIdentity(process.pid) }
  const text = `${JSON.stringify(mine)}\n`
  try {
    await makeDirectory(labDirectory)
    if (!createExclusively(file, text)) {
      const holder = await readSettled(file)
      if (holder && isAlive(holder)) throw alreadyRunning(labDirectory, holder)
      const winner = await takeOver(file, text)
      if (winner?.nonce !== mine.nonce) throw alreadyRunning(labDirectory, winner)
    }
  } catch (error) {
    if (error instanceof LabError) throw error
    throw notWritable(labDirectory, error)
  }
  return () => {
    if (readText(file) === text) rmSync(file, { force: true })
  }
}

function createExclusively(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Two labs may find the same stale lock: both replace it, the last one wins, and each reads who that was. */
async function takeOver(file: string, text: string): Promise<Lock | null> {
  const own = `${file}.${randomUUID()}`
  writeFileSync(own, text)
  renameSync(own, file)
  await sleep(settleMs)
  return readLock(file)
}

/** A lock that cannot be read may be one that is being written. */
async function readSettled(file: string): Promise<Lock | null> {
  const lock = readLock(file)
  if (lock) return lock
  await sleep(settleMs)
  return readLock(file)
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/** Null for a lock that is missing or unreadable: a writer that died half-way left it. */
function readLock(file: string): Lock | null {
  try {
    return lockSchema.parse(JSON.parse(readText(file) ?? ''))
  } catch {
    return null
  }
}

function isAlive(lock: Lock): boolean {
  try {
    process.kill(lock.pid, 0)
  } catch (error) {
    // EPERM: it lives, under another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return lock.identity === null || lock.identity === processIdentity(lock.pid)
}

/** Boot and start time of a process (Linux); null where the system does not tell cheaply. */
function processIdentity(pid: number): string | null {
  const boot = readText('/proc/sys/kernel/random/boot_id')
  const stat = readText(`/proc/${pid}/stat`)
  if (boot === null || stat === null) return null
  // Field 22, counted after the command's name, which may hold spaces and brackets.
  const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  return startTime === undefined ? null : `${boot.trim()}:${startTime}`
}

const alreadyRunning = (labDirectory: string, holder: Lock | null): LabError =>
  new LabError({
    code: 'LAB_ALREADY_RUNNING',
    title: 'The lab is already open',
    cause: holder
      ? `Process ${holder.pid} has been using ${labDirectory} since ${holder.startedAt}.`
      : `Another process took ${labDirectory} at the same moment.`,
    suggestion: 'Use the lab that is open, end it first, or set DISTRINEWS_HOME to another directory.',
  })

const notWritable = (labDirectory: string, error: unknown): LabError =>
  new LabError(
    {
      code: 'OUTPUT_NOT_WRITABLE',
      title: "The lab's directory cannot be written",
      cause: `${labDirectory}: ${error instanceof Error ? error.message : String(error)}`,
      suggestion: 'Make it writable, or set DISTRINEWS_HOME to a directory that is.',
    },
    { cause: error },
  )
