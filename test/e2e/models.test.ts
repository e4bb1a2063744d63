/**
 * Pretrained models in a real browser: a folder that is none, one that is, a repository of a hub on loopback, one without
 * safetensors; then a fine-tuning from the downloaded one and an answer of the one with a classifier.
 */
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { takePictures } from '../helpers/browser.ts'
import { HubStandIn } from '../helpers/hub-stand-in.ts'
import { useLab, type Places } from '../helpers/opened-lab.ts'
import { floats, writeTransformersFolder } from '../helpers/transformers-folders.ts'

const hub = new HubStandIn()
const folderIn = (place: string): string => join(place, 'news-bert')

async function prepare({ place }: Places): Promise<void> {
  const long = { maxPositionEmbeddings: 128 }
  await writeTransformersFolder(folderIn(place), { architecture: 'bert', withHead: true, config: long })
  const base = join(place, 'base')
  const head = ['vocab_transform.weight', 'vocab_layer_norm.bias', 'vocab_projector.bias'].map((name) => floats(name, [2], [1, 2]))
  await writeTransformersFolder(base, { dtype: 'F16', config: long, change: (tensors) => [...tensors, ...head] })
  await hub.listen()
  await hub.addDirectory('model', 'org/tiny-distilbert', base)
  hub.addRepo('model', 'org/pickled', { 'config.json': '{"model_type":"bert"}', 'pytorch_model.bin': 'x' })
}

const opened = useLab({ prepare, variables: ({ place }) => ({ HF_ENDPOINT: hub.endpoint, HF_HOME: join(place, 'hf') }) })
afterAll(() => hub.close())

const goTo = (place: string): Promise<void> => opened.page.getByRole('navigation').getByRole('link', { name: place, exact: true }).click()

test('a folder is opened, and one that holds no model is refused with the reason', async () => {
  const { page } = opened
  await goTo('Models')
  await page.getByText('None yet').waitFor()
  await takePictures(page, 'models-empty')
  const path = page.getByLabel('Path on the lab’s machine')
  await path.fill(join(opened.place, 'hf'))
  await page.getByRole('button', { name: 'Open' }).click()
  await page.getByText('There is no model here').waitFor()
  await path.fill(folderIn(opened.place))
  await page.getByRole('button', { name: 'Open' }).click()
  await page.getByText('BERT, 2 layers × 16, 2 heads').waitFor()
  await page.getByText(/Answers with World, Sports, Business, Sci\/Tech/).waitFor()
  expect(await page.getByText('There is no model here').count()).toBe(0)
})

test('a repository is downloaded, one without safetensors is refused', async () => {
  const { page } = opened
  const name = page.getByRole('textbox', { name: 'Model' })
  await name.fill('org/pickled')
  await page.getByRole('button', { name: 'Download' }).click()
  await page.getByText(/whatever code it holds/).waitFor()
  await takePictures(page, 'models-refused')
  // Slow enough to be seen.
  hub.fault = { kind: 'slow', bytesPerSec: 8_000 }
  await name.fill('org/tiny-distilbert')
  await page.getByRole('button', { name: 'Download' }).click()
  const downloads = page.getByRole('list', { name: 'Downloads of models' })
  await downloads.getByText('downloading').waitFor()
  await downloads.getByText(/kB of/).waitFor()
  await takePictures(page, 'models-downloading')
  hub.fault = null
  await page.getByText('DistilBERT, 2 layers × 16, 2 heads').waitFor()
  await page.getByText('3 tensors left out').click()
  await page.getByText('vocab_projector.bias').waitFor()
  await takePictures(page, 'models')
})

test('fine-tuning fills the training card; the run begins with the model and keeps what is frozen', async () => {
  const { page } = opened
  await page.getByRole('region', { name: 'org/tiny-distilbert' }).getByRole('button', { name: 'Fine-tune' }).click()
  await page.getByText('pretrained, DistilBERT, 2 layers × 16, 2 heads').waitFor()
  await page.getByRole('button', { name: 'Advanced' }).click()
  expect(await page.getByLabel('Learning rate').inputValue()).toBe('0.00002')
  await page.getByRole('combobox', { name: 'Freeze' }).click()
  await page.getByRole('option', { name: 'the embeddings', exact: true }).click()
  await page.getByLabel('Epochs').fill('1')
  await takePictures(page, 'fine-tuning')
  await page.getByRole('button', { name: 'Train on 2 GPUs' }).click()
  await page.getByText(/the others are frozen and stay as they are/).waitFor({ timeout: 60_000 })
  await page.getByText('done', { exact: true }).first().waitFor({ timeout: 60_000 })
  await takePictures(page, 'fine-tuned')
})

test('a model with a classifier answers in the playground, and the trained one is in the list', async () => {
  const { page } = opened
  await goTo('Models')
  await page.getByRole('table').getByText('org/tiny-distilbert on 2 ranks').waitFor()
  await takePictures(page, 'models-trained')
  await page.getByRole('region', { name: 'news-bert' }).getByRole('button', { name: 'Try in playground' }).click()
  await page.getByRole('textbox').first().fill('Oil prices jump')
  await page
    .getByText(/World|Sports|Business|Sci\/Tech/)
    .first()
    .waitFor()
  expect(opened.complaints).toEqual([])
})
