/** The lab's contract: every call that the page can make, one file per domain. */
import { benchmarks } from './benchmarks.ts'
import { datasets } from './datasets.ts'
import { handoff } from './handoff.ts'
import { hardware } from './hardware.ts'
import { models } from './models.ts'
import { playground } from './playground.ts'
import { reports } from './reports.ts'
import { runs } from './runs.ts'

export const contract = { hardware, datasets, models, runs, playground, reports, benchmarks, handoff }
export type LabContract = typeof contract
