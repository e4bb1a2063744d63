/**
 * `log.txt` of a run: whatever its processes print, all attempts one after the other. The ranks write into it themselves,
 * through an inherited descriptor, so that their last words survive the supervisor too.
 */
import { appendFile, open } from 'node:fs/promises'
import { systemErrorCode, withWriteErrors } from '../checkpoint/file-errors.ts'
import { logFile } from './run-directory.ts'

/** Opens the log for the ranks to inherit, under a heading for this attempt. The caller closes it. */
export async function openLog(runDirectory: string, heading: string) {
  const file = logFile(runDirectory)
  return withWriteErrors(file, async () => {
    await appendFile(file, `== ${heading}\n`)
    return open(file, 'a')
  })
}

const tailBytes = 16 * 1024

/** The end of the log, whole lines; empty where there is no log to be read any more. */
export async function readLogTail(runDirectory: string): Promise<string> {
  try {
    const handle = await open(logFile(runDirectory), 'r')
    try {
      const { size } = await handle.stat()
      const start = Math.max(0, size - tailBytes)
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(tailBytes), 0, tailBytes, start)
      const text = buffer.toString('utf8', 0, bytesRead)
      return start === 0 ? text : text.slice(text.indexOf('\n') + 1)
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (systemErrorCode(error) === null) throw error
    return ''
  }
}

/** The last line that a rank printed, cut to 300 characters; null where there is none, or no log to be read any more. */
export async function lastLogLine(runDirectory: string): Promise<string | null> {
  const lines = (await readLogTail(runDirectory)).split('\n')
  return lines.findLast((line) => line.trim() !== '' && !line.startsWith('== '))?.slice(0, 300) ?? null
}
