/** Which check judges which program. The page completes a step by it, and the tests hold both arms against it. */
import type { ProgramId, ProgramResult } from '../domain/workbench.ts'
import type { Check, Verdict } from './check.ts'
import * as data from './checks/data-experiments.ts'
import * as ddp from './checks/ddp.ts'
import * as deployment from './checks/deployment.ts'
import * as foundation from './checks/foundation.ts'
import * as measurements from './checks/measurements.ts'
import * as sync from './checks/sync-experiments.ts'

export const checks: { readonly [Id in ProgramId]: Check<Id> } = {
  tokens: foundation.tokens,
  'baseline-step': foundation.baselineStep,
  'learning-rates': foundation.learningRates,
  'sampler-grid': foundation.samplerGrid,
  broadcast: ddp.broadcast,
  'ring-trace': ddp.ringTrace,
  buckets: ddp.buckets,
  'naive-vs-bucketed': ddp.naiveVsBucketed,
  'same-as-one': ddp.sameAsOne,
  timeline: ddp.timeline,
  'allreduce-sweep': measurements.allReduceSweep,
  scaling: measurements.scaling,
  calibration: measurements.calibration,
  'latency-batches': measurements.latencyBatches,
  'http-api': deployment.httpApi,
  'space-folders': deployment.spaceFolders,
  'torch-bundle': deployment.torchBundle,
  'set-epoch': data.setEpoch,
  'no-sampler': data.noSampler,
  'batch-and-rate': data.batchAndRate,
  'eval-padding': data.evalPadding,
  'dropout-seeds': data.dropoutSeeds,
  'batch-norm': data.batchNorm,
  'uneven-inputs': sync.unevenInputs,
  'sum-loss': sync.sumLoss,
  'rank0-loss': sync.rank0Loss,
  'barrier-in-if': sync.barrierInIf,
  'rank-down': sync.rankDown,
  'unused-branch': sync.unusedBranch,
  'accumulation-sync': sync.accumulationSync,
  'checkpoint-mistakes': sync.checkpointMistakes,
  'below-twice': sync.belowTwice,
  'pre-flight': sync.preFlight,
}

/** Judges a result by its program's check. */
export const judge = <Id extends ProgramId>(result: ProgramResult<Id>): Verdict => (checks[result.program] as unknown as Check<Id>)(result)
