/** Which file runs which program. Loaded one at a time: a rank carries what its program needs. */
import type { ProgramId } from '../../../shared/domain/workbench.ts'
import type { RankProgram } from '../rank/context.ts'

type Loaders = { [Id in ProgramId]?: () => Promise<{ default: RankProgram<Id> }> }

const loaders: Loaders = {
  tokens: () => import('./tokens.ts'),
  'baseline-step': () => import('./baseline-step.ts'),
  'sampler-grid': () => import('./sampler-grid.ts'),
  broadcast: () => import('./broadcast.ts'),
  'ring-trace': () => import('./ring-trace.ts'),
  buckets: () => import('./buckets.ts'),
}

/** The caller's context must be that of the program asked for. */
export const loadProgram = async (id: ProgramId): Promise<RankProgram<ProgramId>> =>
  (await loaders[id]!()).default as unknown as RankProgram<ProgramId>
