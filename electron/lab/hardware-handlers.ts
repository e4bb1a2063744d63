/** hardware.*: what was found at start, and what it is good for. */
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'
import { describeTwoRanks, verdicts } from './verdicts.ts'

export const hardwareHandlers = ({ hardware, labDirectory }: LabParts) => ({
  describe: os.hardware.describe.handler(() => ({
    hardware,
    verdicts: verdicts(hardware),
    twoRanks: describeTwoRanks(hardware),
    dataDirectory: labDirectory,
  })),
})
