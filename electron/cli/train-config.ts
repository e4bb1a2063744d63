/** From the flags of `train` to a RunConfig. The schema decides what is possible; this file says it in terms of flags. */
import { resolve } from 'node:path'
import { formatOf } from '../data/data-file.ts'
import type { FileRef, RunConfig } from '../../shared/domain/run-config.ts'
import { badRowPolicySchema, runConfigSchema } from '../../shared/domain/run-config.ts'
import { trainFlags } from '../lab/train-flags.ts'
import type { HubRef } from './hub-data.ts'
import type { Arguments, FlagTable } from './arguments.ts'
import { argumentInvalid, complaintOf, toNumber } from './arguments.ts'
import { sourceFrom } from './pretrained.ts'

const ownFlags = {
  from: 'text',
  data: 'text',
  'text-columns': 'text',
  'label-column': 'text',
  'on-bad-row': 'text',
  out: 'text',
  resume: 'text',
  json: 'switch',
} as const
export const trainFlagTable: FlagTable = {
  ...Object.fromEntries(Object.entries(trainFlags).map(([flag, { kind }]) => [flag, kind === 'switch' ? 'switch' : 'text'])),
  ...ownFlags,
}

/** Throws ARGUMENT_INVALID, which names the flag. */
export function configFrom(given: Arguments, hubData?: HubRef): RunConfig {
  const fields: Record<string, unknown> = {}
  const flagOf: Record<string, string> = {}
  for (const [flag, { field, kind }] of Object.entries(trainFlags)) {
    flagOf[field] = `--${flag}`
    const text = given.values.get(flag)
    if (given.switches.has(flag)) fields[field] = true
    else if (text !== undefined) fields[field] = kind === 'number' ? toNumber(`--${flag}`, text) : text
  }
  const from = given.values.get('from')
  if (from !== undefined && given.values.has('model'))
    throw argumentInvalid('--model cannot go with --from', 'The sizes are those of the pretrained model.')
  const initFrom = from === undefined ? {} : { initFrom: sourceFrom(from) }
  const parsed = runConfigSchema.safeParse({ ...fields, ...initFrom, ...(hubData ? { data: hubData } : dataFrom(given)) })
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const field = String(issue.path[0])
  const flag = flagOf[field] ?? field
  const complaint = complaintOf(issue)
  throw argumentInvalid(`${flag} ${String(fields[field])} is not possible`, `${flag} ${complaint}.`)
}

/** The file that the flags name; `data` absent: the starter set, or a data set of the hub (hub-data.ts). Throws ARGUMENT_INVALID. */
export function dataFrom({ values }: Arguments): { data?: FileRef } {
  const path = values.get('data')
  const textColumns = values.get('text-columns')
  const labelColumn = values.get('label-column')
  const onBadRow = values.get('on-bad-row')
  if (path === undefined) {
    const orphan = ['text-columns', 'label-column', 'on-bad-row'].find((flag) => values.has(flag))
    if (orphan !== undefined) throw argumentInvalid(`--${orphan} needs --data`, 'Without a file the starter headlines are used.')
    return {}
  }
  if ((textColumns === undefined) !== (labelColumn === undefined)) {
    throw argumentInvalid('--text-columns and --label-column belong together', 'Only one of the two was given.')
  }
  const policy = badRowPolicySchema.safeParse(onBadRow ?? 'skip')
  if (!policy.success) {
    throw argumentInvalid(
      `--on-bad-row ${onBadRow} is not possible`,
      `--on-bad-row must be one of ${badRowPolicySchema.options.join(', ')}.`,
    )
  }
  const mapping = textColumns !== undefined && labelColumn !== undefined ? { textColumns: textColumns.split(','), labelColumn } : undefined
  return { data: { kind: formatOf(path), path: resolve(path), ...(mapping ? { mapping } : {}), onBadRow: policy.data } }
}
