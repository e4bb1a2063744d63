/** datasets.*: the starter set, imported files, and data sets of the hub. */
import { hubDatasets, type HubDatasetName } from '../../shared/domain/hub-datasets.ts'
import type { DatasetShelf } from './dataset-shelf.ts'
import type { Finisher } from './downloads.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'

export const datasetHandlers = ({ shelf, downloads }: LabParts) => ({
  list: os.datasets.list.handler(() => shelf.list()),
  stage: os.datasets.stage.handler(({ input }) => shelf.stage(input.fileName, input.sizeBytes)),
  upload: os.datasets.upload.handler(async ({ input: { stagedId, offset, base64 } }) => {
    await shelf.upload(stagedId, offset, Buffer.from(base64, 'base64'))
    return {}
  }),
  inspect: os.datasets.inspect.handler(({ input }) => shelf.inspect(input.stagedId, input.mapping)),
  import: os.datasets.import.handler(({ input }) => shelf.import(input.stagedId, input.mapping, input.onBadRow)),
  remove: os.datasets.remove.handler(async ({ input }) => {
    await shelf.remove(input.datasetId)
    return {}
  }),
  download: os.datasets.download.handler(({ input: { name } }) => {
    const { title, id, files } = hubDatasets[name]
    const paths = Object.values(files).map(({ path }) => path)
    return { downloadId: downloads.start({ title, repo: { kind: 'dataset', id, revision: 'main' }, files: paths }).id }
  }),
})

/** Puts a data set of the hub on the shelf, at the commit that was fetched. */
export const shelveDownload =
  (shelf: DatasetShelf): Finisher =>
  async ({ repo }, { commit }, signal) => {
    const known = Object.entries(hubDatasets).find(([, { id }]) => id === repo.id)
    if (known) await shelf.add({ kind: 'hub', name: known[0] as HubDatasetName, commit, split: 'train' }, signal)
  }
