/** The data sets of the hub that the lab offers by name: where their files are, and what they mean. */
import type { ColumnMapping, DataRef } from './run-config.ts'

export type HubDatasetName = Extract<DataRef, { kind: 'hub' }>['name']

export interface HubDataset {
  title: string
  description: string
  /** On the hub. */
  id: string
  license: string
  /** Of both files together, about; the hub says it exactly. */
  approximateBytes: number
  files: Record<'train' | 'test', { path: string; rowCount: number }>
  mapping: ColumnMapping
  /** In the order of the numbers that the files have. */
  labels: string[]
}

export const hubDatasets: Record<HubDatasetName, HubDataset> = {
  ag_news: {
    title: 'AG News',
    description: '120,000 headlines with their first sentence, and 7,600 to test on; four classes, 30,000 rows each',
    id: 'fancyzhx/ag_news',
    license: 'research and non-commercial use',
    approximateBytes: 19_800_000,
    files: {
      train: { path: 'data/train-00000-of-00001.parquet', rowCount: 120_000 },
      test: { path: 'data/test-00000-of-00001.parquet', rowCount: 7_600 },
    },
    mapping: { textColumns: ['text'], labelColumn: 'label' },
    labels: ['World', 'Sports', 'Business', 'Sci/Tech'],
  },
}

export const hubDatasetNames = Object.keys(hubDatasets) as HubDatasetName[]
