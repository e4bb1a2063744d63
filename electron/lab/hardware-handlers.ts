/** hardware.*: what was found and tried, and what it is good for. */
import type { Hardware } from '../../shared/domain/hardware.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'
import { describeTwoRanks, verdicts } from './verdicts.ts'

export const hardwareHandlers = ({ machine, labDirectory }: LabParts) => {
  const describe = (hardware: Hardware) => ({
    hardware,
    verdicts: verdicts(hardware),
    twoRanks: describeTwoRanks(hardware),
    dataDirectory: labDirectory,
  })
  return {
    describe: os.hardware.describe.handler(() => describe(machine.hardware)),
    tried: os.hardware.tried.handler(async () => describe(await machine.tried())),
  }
}
