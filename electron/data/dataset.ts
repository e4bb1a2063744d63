/**
 * A data set by its reference: read, checked, counted, digested. The digest says whether two runs saw the same data;
 * it covers labels and rows in order and nothing else, so a copy under another name has the same one.
 */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { hubDatasets } from '../../shared/domain/hub-datasets.ts'
import { Hub, hubSettings } from '../hub/hub.ts'
import { LabError } from '../../shared/contract/errors.ts'
import type { DataRef, FileRef } from '../../shared/domain/run-config.ts'
import { readTable } from './data-file.ts'
import { countClasses, labelledRows, type LabelledRows } from './labelled-rows.ts'
import { agNewsLabels, readStarter } from './starter.ts'
import type { Example, LoadedDataset } from './types.ts'

const keptBadRows = 100

/** Loads a data set. Throws the DATA_… errors of `readTable` and `labelledRows`; asks no network. */
export async function loadDataset(ref: DataRef): Promise<LoadedDataset> {
  if (ref.kind === 'starter') {
    const { examples, lines } = await readStarter()
    const identity = { id: 'starter', title: 'Starter headlines', license: 'CC0-1.0' }
    return describe(identity, ref, { labels: [...agNewsLabels], examples, lines, badRows: [] })
  }
  if (ref.kind === 'hub') {
    const { title, license, mapping, labels } = hubDatasets[ref.name]
    const rows = await readFileRows({ kind: 'parquet', path: await hubFile(ref), mapping, onBadRow: 'refuse' })
    const named = ref.split === 'test' ? `${title}, test rows` : title
    // The names of the classes stand in the file as well; where they do not, the lab knows them.
    return describe({ id: ref.name, title: named, license }, ref, {
      ...rows,
      labels: rows.labels.length === labels.length ? labels : rows.labels,
    })
  }
  return describe({ id: null, title: basename(ref.path), license: null }, ref, await readFileRows(ref))
}

const readFileRows = async (ref: FileRef): Promise<LabelledRows> =>
  labelledRows(await readTable(ref, ref.mapping), basename(ref.path), ref.onBadRow, ref.mapping)

/** The file of a data set of the hub in the cache. Throws DATA_NOT_FOUND. */
async function hubFile({ name, commit, split }: Extract<DataRef, { kind: 'hub' }>): Promise<string> {
  const { id, title, files } = hubDatasets[name]
  const path = await new Hub(hubSettings()).cached({ kind: 'dataset', id, revision: commit }, files[split].path)
  if (path !== null) return path
  throw new LabError({
    code: 'DATA_NOT_FOUND',
    title: `${title} is not on this machine`,
    cause: `Its file ${files[split].path} at revision ${commit.slice(0, 12)} is not in the cache of the hub.`,
    suggestion: `Download it on the Data screen, or name it on the command line: --data ${name}`,
  })
}

function describe(
  identity: { id: string | null; title: string; license: string | null },
  ref: DataRef,
  rows: Pick<LoadedDataset, 'examples' | 'lines' | 'badRows'> & { labels: string[] },
): LoadedDataset {
  const { labels, examples, lines, badRows } = rows
  const digest = digestOf(labels, examples)
  return {
    card: {
      id: identity.id ?? `${ref.kind}-${digest.slice(0, 12)}`,
      title: identity.title,
      ref,
      license: identity.license,
      labels,
      classCounts: countClasses(labels, examples),
      rowCount: examples.length,
      badRowCount: badRows.length,
      digest,
    },
    examples,
    lines,
    badRows: badRows.slice(0, keptBadRows),
  }
}

/** SHA-256 over labels and rows in order, hex; JSON keeps them apart whatever they contain. */
function digestOf(labels: readonly string[], examples: readonly Example[]): string {
  const hash = createHash('sha256').update(`${JSON.stringify(labels)}\n`)
  for (const { label, text } of examples) hash.update(`${label} ${JSON.stringify(text)}\n`)
  return hash.digest('hex')
}

/**
 * The same rows under the classes of a trained model, matched by name without regard to case. Throws
 * DATA_UNKNOWN_LABEL, naming the label and its first line, where the model has no such class.
 */
export function remapLabels(dataset: LoadedDataset, modelLabels: readonly string[]): Example[] {
  const indexOf = new Map(modelLabels.map((label, index) => [label.trim().toLowerCase(), index]))
  const { labels } = dataset.card
  const target = labels.map((label) => indexOf.get(label.trim().toLowerCase()))
  return dataset.examples.map(({ text, label }, row) => {
    const mapped = target[label]
    if (mapped === undefined) {
      throw new LabError({
        code: 'DATA_UNKNOWN_LABEL',
        title: `The model has no class "${labels[label]}"`,
        cause: `That label stands on line ${dataset.lines[row]} of ${dataset.card.title}; the model knows ${modelLabels.join(', ')}.`,
        suggestion: 'Rename the labels of the file to those of the model, or evaluate a model that was trained on these labels.',
      })
    }
    return { text, label: mapped }
  })
}
