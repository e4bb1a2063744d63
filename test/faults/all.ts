/** Every fault of the harness, in the order of the table. */
import { frozenRank, killedRank } from './broken-ranks.ts'
import { cutWires } from './cut-wires.ts'
import { damagedCheckpoints } from './damaged-checkpoints.ts'
import { failingDisk } from './failing-disk.ts'
import type { Fault } from './fault.ts'
import { flippedFrames } from './flipped-frames.ts'
import { fullDisk, fullDiskRun } from './full-disk.ts'
import { killedLab } from './killed-lab.ts'
import { killedTree } from './killed-tree.ts'
import { killedWriter } from './killed-writer.ts'
import { mutants } from './mutants.ts'
import { resumedSteps } from './resumed-steps.ts'
import { servedLabFault } from './served-lab.ts'
import { slowRank } from './slow-rank.ts'
import { stoppedTree } from './stopped-tree.ts'

export const faults: readonly Fault[] = [
  killedRank,
  frozenRank,
  stoppedTree,
  slowRank,
  cutWires,
  flippedFrames,
  killedTree,
  killedWriter,
  failingDisk,
  fullDisk,
  fullDiskRun,
  damagedCheckpoints,
  resumedSteps,
  killedLab,
  ...mutants,
  servedLabFault,
]
