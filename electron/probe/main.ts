/** Entry of a probe process: tries one thing, says how it went, and ends. Its parent outlives whatever that does to it. */
import { probeDevice } from './device.ts'
import { failedProbe, probeSubjectSchema } from './protocol.ts'

process.on('disconnect', () => process.exit(1))
const result = await probeDevice(probeSubjectSchema.parse(process.argv[2])).catch(failedProbe)
process.send?.(result, () => process.exit(0))
