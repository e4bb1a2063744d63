/** corrections.*: answers that a person found wrong, and the data set that they make. */
import { LabError } from '../../shared/contract/errors.ts'
import { toPlainCsv } from '../../shared/domain/csv-text.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'

const mapping = { textColumns: ['text'], labelColumn: 'label' }

export const correctionHandlers = ({ corrections, shelf }: LabParts) => ({
  list: os.corrections.list.handler(() => corrections.list()),
  add: os.corrections.add.handler(({ input }) => corrections.add(input)),
  remove: os.corrections.remove.handler(async ({ input }) => {
    await corrections.remove(input.id)
    return {}
  }),
  /** The way of any CSV: the same checks, the same card, the same place. */
  makeDataset: os.corrections.makeDataset.handler(async () => {
    const kept = (await corrections.list()).reverse()
    if (kept.length === 0) throw nothingYet()
    // A NUL is no text to whoever reads the file later, and no token to a model.
    const rows = kept.map(({ text, label }) => [text.replaceAll('\0', ' '), label])
    const bytes = Buffer.from(toPlainCsv([['text', 'label'], ...rows]))
    const { stagedId } = await shelf.stage(`Corrections (${kept.length})`, bytes.byteLength)
    await shelf.upload(stagedId, 0, bytes)
    return shelf.import(stagedId, mapping, 'refuse')
  }),
})

const nothingYet = (): LabError =>
  new LabError({
    code: 'DATA_EMPTY',
    title: 'Nothing has been corrected yet',
    cause: 'A data set of corrections needs some, in two classes at least.',
    suggestion: 'Ask a model in the playground and mark the answers that are wrong.',
  })
