/** Data sets of all formats and of the hub on their way into a real lab. Needs the build. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadDataset } from '../../electron/data/dataset.ts'
import { labErrorOf, reachLab, type ReachedLab } from '../helpers/contract-clients.ts'
import { HubStandIn } from '../helpers/hub-stand-in.ts'
import { stageFile } from '../helpers/stage-file.ts'

const rows = Array.from({ length: 400 }, (_, row) => ({ text: `headline number ${row} about ${row % 4}`, label: row % 4 }))
const parquet = (count = rows.length): Buffer =>
  Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: 'text', data: rows.slice(0, count).map(({ text }) => text), type: 'STRING' },
        { name: 'label', data: rows.slice(0, count).map(({ label }) => BigInt(label)), type: 'INT64' },
      ],
    }),
  )
const mapping = { textColumns: ['text'], labelColumn: 'label' }

let standIn: HubStandIn
let reached: ReachedLab
let hubHome: string
beforeEach(async () => {
  standIn = new HubStandIn()
  await standIn.listen()
  process.env['HF_ENDPOINT'] = standIn.endpoint
  hubHome = await mkdtemp(join(tmpdir(), 'distrinews-hub-'))
  process.env['HF_HOME'] = hubHome
  reached = await reachLab('websocket')
})
afterEach(async () => {
  await reached.close()
  await standIn.close()
  await rm(hubHome, { recursive: true, force: true })
  delete process.env['HF_ENDPOINT']
  delete process.env['HF_HOME']
})

it.each([
  ['news.parquet', parquet()],
  ['news.jsonl', rows.map((row) => JSON.stringify(row)).join('\n')],
  ['news.tsv', `label\ttext\n${rows.map(({ text, label }) => `${label}\t${text}`).join('\n')}`],
])('%s is looked at, imported and removed', async (name, content) => {
  const { datasets } = reached.client
  const { stagedId, preview } = await stageFile(reached.client, name, content)
  expect(preview).toMatchObject({
    mapping,
    rowCount: 400,
    badRowCount: 0,
    quality: { duplicates: { copies: 0 }, split: { sharedTexts: 0 } },
  })
  const card = await datasets.import({ stagedId, mapping, onBadRow: 'refuse' })
  expect(card).toMatchObject({ title: name, classCounts: [100, 100, 100, 100] })
  expect((await loadDataset(card.ref)).card.digest).toBe(card.digest)
  await datasets.remove({ datasetId: card.id })
  expect((await datasets.list()).map(({ id }) => id)).toEqual(['starter'])
  await expect(loadDataset(card.ref)).rejects.toMatchObject({
    info: { code: 'DATA_NOT_FOUND', title: expect.stringContaining('removed') as string },
  })
})

it.each([
  ['cut.parquet', parquet().subarray(0, 2000), 'DATA_UNREADABLE'],
  [
    'wide.parquet',
    Buffer.from(parquetWriteBuffer({ columnData: Array.from({ length: 5000 }, (_, n) => ({ name: `c${n}`, data: ['a'] })) })),
    'DATA_UNREADABLE',
  ],
  ['list.jsonl', '[{"text": "a", "label": 1}]', 'DATA_UNREADABLE'],
  ['utf16.csv', Buffer.from('\ufefflabel,text\nA,one\n', 'utf16le'), 'DATA_UNREADABLE'],
  ['empty.parquet', '', 'DATA_EMPTY'],
])('%s is refused in words, and nothing is imported', async (name, content, code) => {
  expect((await labErrorOf(stageFile(reached.client, name, content))).code).toBe(code)
  expect(await reached.client.datasets.list()).toHaveLength(1)
})

it('a bad line of JSONL is a bad row with its line, and a nested text another', async () => {
  const lines = [...rows.map((row) => JSON.stringify(row)), '{"text": ', '{"text": ["a"], "label": 1}', '7']
  const { preview } = await stageFile(reached.client, 'news.jsonl', lines.join('\n'))
  expect(preview.rowCount).toBe(400)
  expect(preview.badRows.map(({ line }) => line)).toEqual([401, 402, 403])
})

it('AG News is one call: downloaded, read, listed with its revision and its test rows', async () => {
  const commit = standIn.addRepo('dataset', 'fancyzhx/ag_news', {
    'data/train-00000-of-00001.parquet': parquet(),
    'data/test-00000-of-00001.parquet': parquet(40),
  })
  const { datasets, downloads } = reached.client
  await datasets.download({ name: 'ag_news' })
  for await (const [download] of await downloads.watch()) {
    expect(download?.error).toBeNull()
    if (download?.state === 'done') break
  }
  const card = (await datasets.list()).find(({ id }) => id === 'ag_news')
  expect(card).toMatchObject({
    title: 'AG News',
    labels: ['World', 'Sports', 'Business', 'Sci/Tech'],
    rowCount: 400,
    ref: { kind: 'hub', commit },
    quality: { test: { rowCount: 40, sharedTexts: 40 } },
  })
  expect(await readdir(join(reached.labDirectory, 'datasets', 'ag_news'))).toEqual(['dataset.json'])
})
