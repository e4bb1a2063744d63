/** Names of the training runs that lessons start: by them a run is found again, whenever it was made. */
export const runNames = {
  baseline: 'Lesson 2: one rank, one epoch',
  rank0: 'Lesson 3: what rank 0 does',
  killed: 'Lesson 3: a rank is killed',
  notElastic: 'Experiment 11: no restarts',
  elastic: 'Experiment 11: elastic',
} as const
