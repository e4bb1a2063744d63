/** AG News into the lab from the window: from a hub on loopback, with its progress, cancelled and resumed. */
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import { takePictures } from '../helpers/browser.ts'
import { startHub } from '../helpers/hub-stand-in.ts'
import { openLab, type Places } from '../helpers/opened-lab.ts'

const rowCount = 4000
/** Not compressed, so that there is something to download. */
const parquet = (count: number): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      codec: 'UNCOMPRESSED',
      columnData: [
        {
          name: 'text',
          data: Array.from({ length: count }, (_, row) => `headline number ${row}: ${'what happened then, '.repeat(10)}`),
          type: 'STRING',
        },
        { name: 'label', data: Array.from({ length: count }, (_, row) => BigInt(row % 4)), type: 'INT64' },
      ],
    }),
  )

test('AG News is downloaded: how far it is, cancelled, resumed from where it was, and in the list', { timeout: 120_000 }, async (ctx) => {
  const hub = await startHub()
  const train = parquet(rowCount)
  hub.addRepo('dataset', 'fancyzhx/ag_news', {
    'data/train-00000-of-00001.parquet': train,
    'data/test-00000-of-00001.parquet': parquet(40),
  })
  const variables = ({ place }: Places) => ({ HF_ENDPOINT: hub.endpoint, HF_HOME: join(place, 'hf') })
  const { page, complaints } = await openLab(ctx, { variables })
  await page.getByRole('navigation').getByRole('link', { name: 'Data', exact: true }).click()
  const panel = page.getByRole('region', { name: 'AG News' })

  // Slow enough to be seen.
  hub.fault = { kind: 'slow', bytesPerSec: train.byteLength / 20 }
  await panel.getByRole('button', { name: 'Download AG News' }).click()
  await panel.getByText(/^[1-9]\d? % of \d+ kB, \d+ kB\/s measured, about .* left$/).waitFor()
  await takePictures(page, 'data-downloading')
  await panel.getByRole('button', { name: 'Cancel' }).click()
  await panel.getByText(/Cancelled; what arrived is kept/).waitFor()
  await takePictures(page, 'data-download-cancelled')

  hub.fault = null
  await panel.getByRole('button', { name: 'Resume' }).click()
  // The offer goes, the data set comes: both are called AG News.
  await page.getByText('from the Hugging Face hub').waitFor({ state: 'detached' })
  await panel.getByText(/4,000/).first().waitFor()
  await takePictures(page, 'data-downloaded')
  expect(
    hub.requests.some(({ range }) => /^bytes=[1-9]\d*-$/.test(range ?? '')),
    'it went on where it was',
  ).toBe(true)
  expect(complaints).toEqual([])
})
