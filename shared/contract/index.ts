/** The lab's contract: every call that the page can make, one file per domain. */
import { benchmarks } from './benchmarks.ts'
import { corrections } from './corrections.ts'
import { datasets } from './datasets.ts'
import { deploy } from './deploy.ts'
import { downloads } from './downloads.ts'
import { exports } from './exports.ts'
import { handoff } from './handoff.ts'
import { hardware } from './hardware.ts'
import { lessons } from './lessons.ts'
import { models } from './models.ts'
import { playground } from './playground.ts'
import { reports } from './reports.ts'
import { runs } from './runs.ts'
import { serving } from './serving.ts'
import { workbench } from './workbench.ts'

export const contract = {
  hardware,
  datasets,
  downloads,
  models,
  runs,
  playground,
  corrections,
  reports,
  exports,
  benchmarks,
  handoff,
  deploy,
  workbench,
  lessons,
  serving,
}
export type LabContract = typeof contract
