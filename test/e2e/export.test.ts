/** A model exported from the window, then loaded by transformers.js in a page of its own: what a person would publish. */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { softmax } from '../../electron/inference/softmax.ts'
import { projectRoot } from '../../electron/paths.ts'
import { browserFor, openPage, takePictures } from '../helpers/browser.ts'
import { trainAndExport } from '../helpers/exported-model.ts'
import { openLab, type Places } from '../helpers/opened-lab.ts'
import { startStaticSite } from '../helpers/static-site.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const modules = join(projectRoot, 'node_modules')
const headlines = ['Striker scores twice as hosts reach the cup final', 'Oil prices jump after a pipeline is attacked']

/** A folder that a page of one's own would be: it, the exported models, and the libraries. */
async function makeSite(models: string): Promise<string> {
  const site = join(await temporaryDirectory(), 'site')
  await mkdir(site)
  await writeFile(join(site, 'index.html'), '<!doctype html><title>classifier</title>')
  const libraries = { transformers: '@huggingface/transformers/dist', ort: 'onnxruntime-web/dist' }
  await symlink(models, join(site, 'models'), 'junction')
  for (const [name, path] of Object.entries(libraries)) await symlink(join(modules, path), join(site, name), 'junction')
  return site
}

test('the exported folder answers in Chromium through transformers.js, in float32, float16 and int8', { timeout: 240_000 }, async (ctx) => {
  const browser = await browserFor(ctx)
  const place = await temporaryDirectory()
  const model = await trainAndExport(place)
  const site = await startStaticSite(await makeSite(place))
  const { page: tab } = await openPage(browser)
  await tab.goto(site.url)
  // As text: what the page runs is not to be rewritten by the test's own tools.
  const answers = (await tab.evaluate(`(async () => {
    const { env, pipeline } = await import('/transformers/transformers.min.js')
    env.allowRemoteModels = false
    env.allowLocalModels = true
    env.localModelPath = '/models/'
    env.backends.onnx.wasm.wasmPaths = '/ort/'
    env.backends.onnx.wasm.numThreads = 1
    const answers = {}
    for (const dtype of ['fp32', 'fp16', 'q8']) {
      const classify = await pipeline('text-classification', '${model.name}', { dtype, device: 'wasm' })
      answers[dtype] = await classify(${JSON.stringify(headlines)}, { top_k: 4 })
    }
    return answers
  })()`)) as Record<string, { label: string; score: number }[][]>

  const { AutoModelForSequenceClassification, AutoTokenizer, env } = await import('@huggingface/transformers')
  env.allowRemoteModels = false
  env.localModelPath = place
  const tokenizer = await AutoTokenizer.from_pretrained(model.name)
  const reference = await AutoModelForSequenceClassification.from_pretrained(model.name, { dtype: 'fp32' })
  const { logits } = (await reference(tokenizer(headlines, { padding: true }))) as { logits: { tolist(): number[][] } }
  const expected = logits.tolist().map(softmax)
  for (const [dtype, tolerance] of [
    ['fp32', 1e-4],
    ['fp16', 0.01],
    ['q8', 0.1],
  ] as const) {
    for (const [row, scores] of answers[dtype]!.entries()) {
      for (const { label, score } of scores) {
        expect(Math.abs(score - expected[row]![model.facts.labels.indexOf(label)]!), `${dtype} ${label}`).toBeLessThan(tolerance)
      }
    }
  }
})

test('a person exports from the window: asked where, shown how it goes, told what came out', { timeout: 240_000 }, async (ctx) => {
  let runId = ''
  const prepare = async ({ place }: Places): Promise<void> => {
    const { facts } = await trainAndExport(place)
    runId = facts.runId!
  }
  const { page: window, complaints, directory } = await openLab(ctx, { prepare })
  await window.getByText('Idle. 1 run kept.').waitFor()
  await window.evaluate(`location.hash = '#/runs/${runId}'`)
  await window.getByRole('button', { name: 'Export model' }).click()
  const dialog = window.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Folder name' }).fill('for-friends')
  await window.waitForTimeout(300)
  await takePictures(window, 'export-1-asked')
  await dialog.getByRole('button', { name: 'Export', exact: true }).click()
  const table = dialog.getByRole('table', { name: 'Exported files' })
  await table.waitFor({ timeout: 120_000 })
  expect(await table.locator('tbody tr').count()).toBe(3)
  expect(await dialog.innerText()).toContain(join('exports', 'for-friends'))
  await takePictures(window, 'export-2-done')
  expect(JSON.parse(await readFile(join(directory, 'exports', 'for-friends', 'export.json'), 'utf8'))).toMatchObject({
    runId,
  })
  expect(complaints).toEqual([])
})
