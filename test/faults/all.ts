/** Every fault of the harness, in the order of the table. */
import { cutWires } from './cut-wires.ts'
import { damagedCheckpoints } from './damaged-checkpoints.ts'
import { failingDisk } from './failing-disk.ts'
import type { Fault } from './fault.ts'
import { flippedFrames } from './flipped-frames.ts'
import { fullDisk } from './full-disk.ts'
import { killedWriter } from './killed-writer.ts'
import { mutants } from './mutants.ts'
import { servedLabFault } from './served-lab.ts'

export const faults: readonly Fault[] = [
  cutWires,
  flippedFrames,
  killedWriter,
  failingDisk,
  fullDisk,
  damagedCheckpoints,
  ...mutants,
  servedLabFault,
]
