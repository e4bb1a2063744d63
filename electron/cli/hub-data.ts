/** `--data ag_news`: a data set of the hub by its name, fetched where it is not in the cache yet; `ag_news@COMMIT` for a run that is repeated. */
import { hubDatasetNames, hubDatasets } from '../../shared/domain/hub-datasets.ts'
import type { DataRef } from '../../shared/domain/run-config.ts'
import { Hub, hubSettings } from '../hub/hub.ts'
import type { Arguments } from './arguments.ts'
import { argumentInvalid } from './arguments.ts'
import { duration, percent } from './terminal.ts'

export type HubRef = Extract<DataRef, { kind: 'hub' }>

/** Null where `--data` is a file, or is not given. Throws ARGUMENT_INVALID and the errors of the hub. */
export async function hubDataFrom({ values }: Arguments, split: HubRef['split']): Promise<HubRef | null> {
  const [given, revision = 'main'] = (values.get('data') ?? '').split('@')
  const name = hubDatasetNames.find((known) => known === given)
  if (name === undefined) return null
  const needless = ['text-columns', 'label-column', 'on-bad-row'].find((flag) => values.has(flag))
  if (needless !== undefined)
    throw argumentInvalid(`--${needless} cannot go with --data ${name}`, 'The lab knows the columns of this data set.')
  const { id, title, files } = hubDatasets[name]
  const paths = Object.values(files).map(({ path }) => path)
  let shown = ''
  const { commit } = await new Hub(hubSettings()).fetch({ kind: 'dataset', id, revision }, paths, {
    onProgress: ({ receivedBytes, totalBytes, bytesPerSec, etaMs }) => {
      const rate = bytesPerSec === null ? '' : `, ${(bytesPerSec / 1e6).toFixed(1)} MB/s`
      const line = `${title}: ${percent(totalBytes === 0 ? 1 : receivedBytes / totalBytes, 0)} of ${(totalBytes / 1e6).toFixed(1)} MB${rate}${etaMs ? `, ${duration(etaMs)} left` : ''}`
      if (line !== shown) process.stderr.write(`${(shown = line)}\n`)
    },
  })
  return { kind: 'hub', name, commit, split }
}
