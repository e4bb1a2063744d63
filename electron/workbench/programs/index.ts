/** Which file runs which program. Loaded one at a time: a rank carries what its program needs. */
import type { ProgramId } from '../../../shared/domain/workbench.ts'
import type { RankProgram } from '../rank/context.ts'

type Loaders = { [Id in ProgramId]: () => Promise<{ default: RankProgram<Id> }> }

const loaders: Loaders = {
  'accumulation-sync': () => import('./accumulation-sync.ts'),
  'allreduce-sweep': () => import('./allreduce-sweep.ts'),
  'barrier-in-if': () => import('./barrier-in-if.ts'),
  'baseline-step': () => import('./baseline-step.ts'),
  'batch-and-rate': () => import('./batch-and-rate.ts'),
  'batch-norm': () => import('./batch-norm.ts'),
  'below-twice': () => import('./below-twice.ts'),
  broadcast: () => import('./broadcast.ts'),
  buckets: () => import('./buckets.ts'),
  calibration: () => import('./calibration.ts'),
  'checkpoint-mistakes': () => import('./checkpoint-mistakes.ts'),
  'dropout-seeds': () => import('./dropout-seeds.ts'),
  'eval-padding': () => import('./eval-padding.ts'),
  'http-api': () => import('./http-api.ts'),
  'latency-batches': () => import('./latency-batches.ts'),
  'learning-rates': () => import('./learning-rates.ts'),
  'naive-vs-bucketed': () => import('./naive-vs-bucketed.ts'),
  'no-sampler': () => import('./no-sampler.ts'),
  'pre-flight': () => import('./pre-flight.ts'),
  'rank-down': () => import('./rank-down.ts'),
  'rank0-loss': () => import('./rank0-loss.ts'),
  'ring-trace': () => import('./ring-trace.ts'),
  'same-as-one': () => import('./same-as-one.ts'),
  'sampler-grid': () => import('./sampler-grid.ts'),
  scaling: () => import('./scaling.ts'),
  'set-epoch': () => import('./set-epoch.ts'),
  'space-folders': () => import('./space-folders.ts'),
  'sum-loss': () => import('./sum-loss.ts'),
  timeline: () => import('./timeline.ts'),
  'torch-bundle': () => import('./torch-bundle.ts'),
  tokens: () => import('./tokens.ts'),
  'uneven-inputs': () => import('./uneven-inputs.ts'),
  'unused-branch': () => import('./unused-branch.ts'),
}

/** The caller's context must be that of the program asked for. */
export const loadProgram = async (id: ProgramId): Promise<RankProgram<ProgramId>> =>
  (await loaders[id]()).default as unknown as RankProgram<ProgramId>
