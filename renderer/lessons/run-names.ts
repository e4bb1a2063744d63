/** Names of the training runs that lessons start: by them a run is found again, whenever it was made. */
import { elasticConfig } from '../../shared/lessons/elastic-restart.ts'

export const runNames = {
  baseline: 'Lesson 2: one rank, one epoch',
  rank0: 'Lesson 3: what rank 0 does',
  killed: 'Lesson 3: a rank is killed',
  report: 'Lesson 6: the run of your report',
  elasticBroken: elasticConfig('broken').name!,
  elasticFixed: elasticConfig('fixed').name!,
} as const
