/** In what the configurations of runs differ, row by row; the first run is what the others are compared with. */
import { globalBatch } from '../../../shared/domain/run-config.ts'
import type { RunRecord } from '../../../shared/domain/run.ts'

export interface DifferenceRow {
  name: string
  /** One for each run. */
  values: string[]
  differs: boolean
}

/** Whether a difference here means that speeds or losses cannot be compared as they are is the reader's judgement; all are shown. */
export function configRows(records: readonly RunRecord[]): DifferenceRow[] {
  const facts = records.map(factsOf)
  const names = [...new Set(facts.flatMap((of) => [...of.keys()]))]
  return names.map((name) => {
    const values = facts.map((of) => of.get(name) ?? '–')
    return { name, values, differs: values.some((value) => value !== values[0]) }
  })
}

function factsOf(record: RunRecord): Map<string, string> {
  const { config, modelConfig, dataset, hardware } = record
  return new Map([
    ...flatten(config),
    ['global batch', String(globalBatch(config))],
    ['training rows', String(record.trainCount ?? '–')],
    ['validation rows', String(record.validationCount ?? '–')],
    ['data digest', dataset?.digest.slice(0, 12) ?? '–'],
    ['tokenizer digest', record.tokenizerDigest?.slice(0, 12) ?? '–'],
    ['parameters', String(record.parameterCount ?? '–')],
    ['classes', modelConfig?.labels.join(', ') ?? '–'],
    ['threads per rank', String(record.threadsPerRank ?? '–')],
    ['measured', record.imported ? `imported: PyTorch ${record.imported.torch}, ${record.imported.backend}` : 'by this lab'],
    ...(record.imported?.digests
      ? [['weights to start from', record.imported.digests.initialWeights.slice(0, 12)] satisfies [string, string]]
      : []),
    ['CPU', `${hardware.cpuModel}, ${hardware.cpuCores} cores`],
    [
      'GPUs',
      hardware.gpus
        .filter(({ usable }) => usable)
        .map(({ name }) => name)
        .join(', ') || 'none',
    ],
    ...Object.entries(hardware.versions).map(([name, version]): [string, string] => [`version of ${name}`, version]),
  ])
}

/** { data: { kind: 'csv' } } → ['data.kind', 'csv'] */
function flatten(value: object, prefix = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]): [string, string][] => {
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) return flatten(inner, `${prefix}${key}.`)
    const isSaid = inner !== undefined && inner !== null && inner !== ''
    return [[prefix + key, !isSaid ? '–' : Array.isArray(inner) ? inner.join(', ') : String(inner)]]
  })
}
