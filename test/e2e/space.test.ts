/** A static Space as a visitor meets it: written by the command line, served by a plain static host, answered in Chromium. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { makeBatch } from '../../electron/data/batching.ts'
import { createTokenizer } from '../../electron/data/tokenizer.ts'
import { SessionClassifier } from '../../electron/export/measure.ts'
import { loadModel } from '../../electron/inference/load.ts'
import { softmax } from '../../electron/inference/softmax.ts'
import { projectRoot } from '../../electron/paths.ts'
import { spaceFactsSchema } from '../../shared/domain/space.ts'
import { browserFor, openPage, takePictures } from '../helpers/browser.ts'
import { trainAndExport } from '../helpers/exported-model.ts'
import { startStaticSite } from '../helpers/static-site.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const run = promisify(execFile)
const headlines = [
  'Oil prices jump after a pipeline is attacked',
  'Striker scores twice as hosts reach the cup final',
  'Zoë 😀 naïve—“quotes” … 東京で',
]
const hostileTitle = `"</title><script>document.title='owned'</script><img src=x onerror="document.title='owned'"> \u202etxt`

test('a static Space answers in the browser with nothing but its own folder, as its int8 file does', { timeout: 240_000 }, async (ctx) => {
  const browser = await browserFor(ctx)
  const place = await temporaryDirectory()
  const { runDirectory } = await trainAndExport(place)
  const folder = join(place, 'space')
  const modelDirectory = join(runDirectory, 'model')
  const cli = join(projectRoot, 'out', 'main', 'cli.js')
  const args = ['space', 'write', '--kind', 'static', '--model', modelDirectory, '--out', folder, '--title', hostileTitle]
  await run(process.execPath, [cli, ...args], { env: { ...process.env, DISTRINEWS_HOME: join(place, 'lab') } })
  const { model } = spaceFactsSchema.parse(JSON.parse(await readFile(join(folder, 'space.json'), 'utf8')))

  // Anywhere on its host, as a project's page is.
  const site = await startStaticSite(folder, undefined, '/ada/news/')
  const { page, complaints } = await openPage(browser)
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.goto(site.url)
  await page.locator('html[data-ready=true]').waitFor({ timeout: 60_000 })
  const dead = hostileTitle.replace('\u202e', '\\u202e')
  expect(await page.title(), 'the title is text').toBe(dead)
  expect(await page.locator('h1').textContent()).toBe(dead)
  expect(await page.locator('img').count()).toBe(0)
  expect(await page.locator('#facts').innerText()).toContain('cc0-1.0'.toUpperCase())

  // From here on the page needs nobody.
  await page.context().setOffline(true)
  const answerTo = async (text: string): Promise<Record<string, number>> => {
    await page.getByRole('textbox', { name: 'A headline' }).fill('')
    await page.locator('#answer:empty').waitFor({ state: 'attached' })
    await page.getByRole('textbox', { name: 'A headline' }).fill(text)
    await page.locator('.bars').waitFor()
    const rows = await page.locator('.bars li').all()
    const entries = rows.map(async (row) => {
      const value = await row.locator('progress').evaluate((bar) => (bar as unknown as { value: number }).value)
      return [await row.locator('span').first().innerText(), value] as const
    })
    return Object.fromEntries(await Promise.all(entries))
  }
  const tokenizer = createTokenizer(await readFile(join(folder, 'model', 'tokenizer.json'), 'utf8'))
  const int8 = await SessionClassifier.open(join(folder, 'model/onnx/model_quantized.onnx'), model.labels.length, 1)
  ctx.onTestFinished(() => int8.close())
  const local = await loadModel(modelDirectory, { threads: 1 })
  ctx.onTestFinished(() => local.dispose())
  const long = `${'Markets calm ahead of talks '.repeat(60)}and a goal`
  for (const text of [...headlines, long]) {
    const { ids } = tokenizer.encode(text, model.maxLength)
    const batch = makeBatch({ ids: [ids], labels: Int32Array.of(0) }, [0], { rows: 1, lengthMultiple: 1 })
    const expected = softmax(await int8.logits(batch))
    const answer = await answerTo(text)
    for (const [index, label] of model.labels.entries())
      expect(Math.abs(answer[label]! - expected[index]!), `${label}: ${text}`).toBeLessThan(1e-3)
    const best = Object.entries(answer).reduce((a, b) => (b[1] > a[1] ? b : a))[0]
    const ours = await local.classify(text)
    // int8 may tip what the full model is undecided about.
    if (ours.confidence > 0.5) expect(best, text).toBe(ours.label)
    if (text === long)
      expect(await page.locator('#note').innerText()).toContain(
        `Cut off after ${model.maxLength} tokens: ${ours.truncatedTokens.length} more`,
      )
    else expect(await page.locator('#note').innerText()).toMatch(/^Computed here in [\d.]+ ms\.$/)
  }
  // By keyboard alone: from the text on to the second example.
  await page.getByRole('textbox', { name: 'A headline' }).focus()
  for (const key of ['Tab', 'Tab', 'Enter']) await page.keyboard.press(key)
  await expect.poll(() => page.locator('.verdict strong').innerText()).toBe((await local.classify(headlines[1]!)).label)
  await takePictures(page, 'space-static')
  expect(
    asked.filter((url) => !url.startsWith(site.url) && !url.startsWith('data:')),
    'no other host',
  ).toEqual([])
  expect(complaints).toEqual([])
})
