/** What a run is called: the name it was given, else what it trains. */
import { hubDatasets } from '../../../shared/domain/hub-datasets.ts'
import { modelTitle } from '../../../shared/domain/run-config.ts'
import type { RunRecord, RunSummary } from '../../../shared/domain/run.ts'
import { plural } from '../../ui/format.ts'

export const runTitle = ({ config }: Pick<RunRecord, 'config'>): string =>
  config.name.trim() || `${modelTitle(config)} on ${plural(config.worldSize, 'rank')}`

/** A model is called as the run that made it is called; by its own title where that run is gone. */
export function titleOfModel(model: { id: string; title: string }, runs: readonly RunSummary[]): string {
  const run = runs.find((candidate) => candidate.record.id === model.id)
  return run ? runTitle(run.record) : model.title
}

export const dataTitle = (record: Pick<RunRecord, 'dataset' | 'config'>): string =>
  record.dataset?.title ??
  (record.config.data.kind === 'starter'
    ? 'Starter headlines'
    : record.config.data.kind === 'hub'
      ? hubDatasets[record.config.data.name].title
      : (record.config.data.path.split(/[\\/]/).at(-1) ?? 'a file'))
