/** How fast a model was last seen to train on this machine, by a run or by a repetition of a benchmark, whichever is newer. */
import { samplesPerSecOf } from '../../shared/benchmark/analysis.ts'
import type { KnownRate } from '../../shared/benchmark/predicted-duration.ts'
import { isImportedArm, type Plan } from '../../shared/domain/benchmark.ts'
import type { RunConfig } from '../../shared/domain/run-config.ts'
import { median } from '../../shared/domain/series.ts'
import { listBenchmarks } from '../benchmark/files.ts'
import type { RunStore } from '../supervisor/run-store.ts'

/** Of the plan's model, data and device; null where nothing like it was measured. */
export async function knownRate(store: RunStore, labDirectory: string, { arms }: Plan): Promise<KnownRate | null> {
  const { model, device, data, maxLength, initFrom } = arms[0]!.config
  const like = (config: RunConfig): boolean =>
    config.model === model &&
    config.device === device &&
    config.maxLength === maxLength &&
    JSON.stringify([config.data, config.initFrom]) === JSON.stringify([data, initFrom])
  const run = (await store.list()).find(({ record, lastEpoch }) => record.imported === null && lastEpoch !== null && like(record.config))
  const ofRun = run && {
    at: run.record.createdAt,
    samplesPerSec: run.lastEpoch!.samplesPerSec,
    from: `the last run of this model and data, ${run.record.id}`,
  }
  // Newest first: the first that measured anything like it.
  for (const { id, createdAt, plan, repetitions } of await listBenchmarks(labDirectory)) {
    if (ofRun && ofRun.at > createdAt) break
    for (const arm of plan.arms.filter((each) => !isImportedArm(each) && like(each.config))) {
      const measured = repetitions.flatMap((of) => (of.arm === arm.id && of.measured !== null ? of.measured : []))
      const samplesPerSec = median(measured.map(samplesPerSecOf))
      if (samplesPerSec !== null) return { samplesPerSec, from: `the last benchmark of this model and data, ${id}` }
    }
  }
  return ofRun ?? null
}
