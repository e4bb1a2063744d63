/**
 * A short-lived private directory in which the ranks of one start find each other's sockets. Not in the run directory: the
 * path of a Unix socket may have no more than 103 bytes on macOS, 107 on Linux.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const longestSocketName = '/dnl-XXXXXX/rank-00.sock'.length
const maxPathBytes = 103

export async function createRendezvous(): Promise<string> {
  const fits = process.platform === 'win32' || Buffer.byteLength(tmpdir()) + longestSocketName <= maxPathBytes
  return mkdtemp(join(fits ? tmpdir() : '/tmp', 'dnl-'))
}

export async function removeRendezvous(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true })
}
