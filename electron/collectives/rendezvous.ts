/**
 * Where a rank can be reached: `rank-R.sock` in the rendezvous directory, a named pipe on Windows. Where that cannot
 * be (a path longer than a socket address holds, a file system without sockets) a rank listens on loopback TCP
 * instead and publishes its port in `rank-R.port`, which whoever dials looks for first.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type NetConnectOpts, type Server } from 'node:net'
import { join } from 'node:path'
import { z } from 'zod'
import { LabError } from '../../shared/contract/errors.ts'
import { addressTaken } from './errors.ts'

/** `sockaddr_un` holds 104 bytes on macOS and 108 on Linux, a closing zero included. */
const maxSocketPathBytes = 103
const host = '127.0.0.1'
const portSchema = z.coerce.number().int().min(1).max(65_535)

const portFile = (directory: string, rank: number): string => join(directory, `rank-${rank}.port`)

/** Path of a rank's local socket, or null where it would be too long. */
export function socketPath(directory: string, rank: number, platform: NodeJS.Platform = process.platform): string | null {
  if (platform === 'win32') {
    const id = createHash('sha256').update(directory).digest('hex').slice(0, 16)
    return `\\\\.\\pipe\\distrinews-${id}-rank-${rank}`
  }
  const path = join(directory, `rank-${rank}.sock`)
  return Buffer.byteLength(path) <= maxSocketPathBytes ? path : null
}

/** Where `rank` is to be dialled, null where that is not known yet; look again before each attempt. */
export function addressOf(directory: string, rank: number): NetConnectOpts | null {
  const port = publishedPort(directory, rank)
  if (port !== null) return { host, port }
  const path = socketPath(directory, rank)
  return path === null ? null : { path }
}

/**
 * Makes `server` listen where the peers of `rank` will look. Returns what to call when nobody need come any more.
 * Throws PORT_IN_USE where a living process listens there, OUTPUT_NOT_WRITABLE where nothing can be published.
 */
export async function listenAs(server: Server, directory: string, rank: number): Promise<() => void> {
  const published = portFile(directory, rank)
  rmSync(published, { force: true })
  const path = socketPath(directory, rank)
  if (path === null || !(await listenOnPath(server, path, rank))) {
    server.listen({ host, port: 0 })
    await once(server, 'listening')
    publishPort(published, server)
  }
  return () => {
    server.close()
    rmSync(published, { force: true })
  }
}

/** False where this file system takes no sockets. */
async function listenOnPath(server: Server, path: string, rank: number): Promise<boolean> {
  for (;;) {
    try {
      server.listen(path)
      await once(server, 'listening')
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return false
      if (await answers(path)) throw addressTaken(rank, path)
      // Left behind by a process that was killed.
      rmSync(path, { force: true })
    }
  }
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

function publishPort(file: string, server: Server): void {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  try {
    writeFileSync(`${file}.new`, String(address.port))
    renameSync(`${file}.new`, file)
  } catch (cause) {
    server.close()
    throw new LabError(
      {
        code: 'OUTPUT_NOT_WRITABLE',
        title: 'The ranks cannot find each other',
        cause: `The file ${file}, through which a rank makes its port known, cannot be written.`,
        suggestion: 'Check that the directory for temporary files exists and can be written.',
      },
      { cause },
    )
  }
}

function publishedPort(directory: string, rank: number): number | null {
  try {
    return portSchema.parse(readFileSync(portFile(directory, rank), 'utf8'))
  } catch {
    // Not there (yet), or not a port: whoever dials tries again.
    return null
  }
}
