/** datasets.*: the starter set and imported CSV files. */
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'
import { maxUploadBytes } from '../../shared/contract/datasets.ts'
import { LabError } from '../../shared/contract/errors.ts'

export const datasetHandlers = ({ shelf }: LabParts) => ({
  list: os.datasets.list.handler(() => shelf.list()),
  stageCsv: os.datasets.stageCsv.handler(({ input }) => {
    if (Buffer.byteLength(input.text) > maxUploadBytes) throw tooLarge(input.fileName)
    return shelf.stage(input.fileName, input.text, input.mapping)
  }),
  importCsv: os.datasets.importCsv.handler(({ input }) => shelf.import(input.stagedId, input.mapping, input.onBadRow)),
})

const tooLarge = (fileName: string): LabError =>
  new LabError({
    code: 'DATA_UNREADABLE',
    title: `${fileName} is too large for the window`,
    cause: `The window takes files of up to ${maxUploadBytes / 1024 / 1024} MB.`,
    suggestion: 'Train on it from the command line: npm run train -- --data FILE.csv',
  })
