/** playground.*: ask a trained model, off the main thread; a call whose caller is gone is not computed. */
import { maxTableBytes } from '../../shared/contract/playground.ts'
import { answeringModel, modelFacts } from './answering-model.ts'
import { attribute } from './attribution.ts'
import { readLineTable } from './line-table.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'

export const playgroundHandlers = ({ inference, models, shelf, store }: LabParts) => ({
  facts: os.playground.facts.handler(({ input }) => modelFacts({ models, store }, input.modelId)),
  classify: os.playground.classify.handler(async ({ input: { text, ...choice }, signal }) => {
    const { directory, ref } = await answeringModel({ models, store }, choice)
    return inference.classify(directory, ref, text, { ...(signal && { signal }) })
  }),
  attribute: os.playground.attribute.handler(async ({ input: { text, ...choice }, signal }) =>
    attribute(inference, await answeringModel({ models, store }, choice), text, signal),
  ),
  classifyLines: os.playground.classifyLines.handler(async ({ input: { lines, ...choice }, signal }) => {
    const { directory, ref } = await answeringModel({ models, store }, choice)
    const predictions = await inference.classifyMany(directory, ref, lines, { ...(signal && { signal }) })
    const labels = predictions[0]!.probabilities.map(({ label }) => label)
    return {
      labels,
      answers: predictions.map(({ label, probabilities, truncatedCount }) => ({
        predicted: labels.indexOf(label),
        probabilities: probabilities.map(({ probability }) => probability),
        truncatedCount,
      })),
    }
  }),
  readTable: os.playground.readTable.handler(async ({ input: { stagedId } }) => {
    const { fileName, bytes } = await shelf.take(stagedId, maxTableBytes)
    return readLineTable(fileName, bytes)
  }),
})
