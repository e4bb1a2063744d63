/** The tampered wire for tests: closed, and its directories removed, when the test ends. */
import { onTestFinished } from 'vitest'
import type { ProcessGroup } from '../../electron/collectives/process-group.ts'
import { openTamperedWire, type Tamper } from './tampered-wire.ts'
import { temporaryDirectory } from './temporary-directory.ts'

export { flipBit, inPieces, type Tamper } from './tampered-wire.ts'

export async function tamperedPair(tamper: Tamper, deadlineMs = 20_000): Promise<ProcessGroup[]> {
  const wire = await openTamperedWire([await temporaryDirectory(), await temporaryDirectory()], tamper, deadlineMs)
  onTestFinished(() => wire.close())
  return wire.groups
}
