/** `evaluate`: a model against labelled rows: accuracy with its interval, macro-F1, each class, the confusion matrix. */
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import type { Evaluation } from '../../shared/domain/evaluation.ts'
import { loadDataset, remapLabels } from '../data/dataset.ts'
import { loadModel } from '../inference/load.ts'
import { argumentInvalid, readArguments, refusePositionals } from './arguments.ts'
import { hubDataFrom } from './hub-data.ts'
import { locateModel } from './model-location.ts'
import { dataFrom } from './train-config.ts'
import { bold, count, dim, duration, percent, plain, table } from './terminal.ts'

const flags = { model: 'text', data: 'text', 'text-columns': 'text', 'label-column': 'text', 'on-bad-row': 'text', json: 'switch' } as const

export async function evaluate(argv: readonly string[]): Promise<number> {
  const given = readArguments(argv, flags)
  refusePositionals(given)
  const data = (await hubDataFrom(given, 'test')) ?? dataFrom(given).data
  if (data === undefined)
    throw argumentInvalid('--data is missing', 'A model is evaluated on labelled rows.', 'Add --data FILE, or --data ag_news')
  const directory = await locateModel(given.values.get('model'))
  const dataset = await loadDataset(data)
  const source = data.kind === 'hub' ? `${data.name} (${data.split}, ${data.commit.slice(0, 12)})` : resolve(data.path)
  const model = await loadModel(directory, { threads: availableParallelism() })
  try {
    const evaluation = await model.evaluate(remapLabels(dataset, model.labels), dataset.card.badRowCount)
    if (given.switches.has('json'))
      console.log(JSON.stringify({ model: directory, data: source, digest: dataset.card.digest, ...evaluation }, null, 2))
    else console.log(describe(evaluation, directory, source))
  } finally {
    model.dispose()
  }
  return 0
}

function describe(evaluation: Evaluation, directory: string, file: string): string {
  const { accuracy, accuracyInterval, macroF1, meanLoss, rowCount, badRowCount, perClass, confusion, durationMs } = evaluation
  const [low, high] = accuracyInterval
  const labels = evaluation.labels.map(plain)
  const scores = perClass.map((row) => [plain(row.label), percent(row.precision), percent(row.recall), percent(row.f1), count(row.support)])
  const matrix = confusion.map((row, index) => [`actual ${labels[index]}`, ...row.map(count)])
  return [
    bold(`accuracy  ${percent(accuracy, 2)}  (95 %: ${percent(low, 2)} to ${percent(high, 2)}, n = ${count(rowCount)})`),
    `macro-F1  ${percent(macroF1, 2)}`,
    `mean loss ${meanLoss.toFixed(4)}`,
    ...(badRowCount > 0 ? [`${count(badRowCount)} rows could not be used and were left out`] : []),
    '',
    table([['class', 'precision', 'recall', 'F1', 'rows'], ...scores]),
    '',
    table([['predicted →', ...labels], ...matrix]),
    '',
    dim(`${file} with ${directory}, ${duration(durationMs)}, measured`),
  ].join('\n')
}
