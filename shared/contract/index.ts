/** The lab's contract: every call that the page can make, one file per domain. */
import { datasets } from './datasets.ts'
import { hardware } from './hardware.ts'
import { lessons } from './lessons.ts'
import { models } from './models.ts'
import { playground } from './playground.ts'
import { reports } from './reports.ts'
import { runs } from './runs.ts'
import { workbench } from './workbench.ts'

export const contract = { hardware, datasets, models, runs, playground, reports, workbench, lessons }
export type LabContract = typeof contract
