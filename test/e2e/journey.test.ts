/**
 * A person's journey through the built lab: train on two ranks, watch the loss fall, ask the model, export the report and
 * read it where scripts are blocked, come back later. Leaves pictures of every station in `test-artifacts/`.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { modelPresets } from '../../shared/domain/model-config.ts'
import { columnOf, openPage, takePictures } from '../helpers/browser.ts'
import { openLab } from '../helpers/opened-lab.ts'

const trainingMs = 240_000

test(
  'a person trains on two ranks, watches, asks the model, exports the report and finds it all again',
  { timeout: 360_000 },
  async (ctx) => {
    const { place, browser, page, complaints } = await openLab(ctx)

    // Home: what this machine is, and one button.
    await page.getByRole('heading', { name: 'This machine' }).waitFor()
    await page.getByText('Idle. Nothing has been trained yet.').waitFor()
    expect(new URL(page.url()).hash, 'the token does not stay in the address').toBe('#/')
    await page.getByText('onnxruntime', { exact: false }).first().waitFor()
    await takePictures(page, '1-home')

    // Train: live figures, a card for each rank, a way to stop.
    await page.getByRole('button', { name: 'Train on 2 GPUs' }).click()
    await page.getByRole('heading', { name: 'Tiny on 2 ranks' }).waitFor()
    const ranks = page.getByRole('article')
    await expect.poll(() => ranks.count()).toBe(2)
    await page.getByRole('button', { name: 'Stop run' }).waitFor()
    const steps = page.locator('dl[aria-label="Key figures"]').getByText(/^\d+$/).first()
    await expect.poll(async () => Number(await steps.innerText()), { timeout: 60_000 }).toBeGreaterThan(10)
    expect(await ranks.first().innerText()).toMatch(/pid\s+\d+/)
    await page
      .getByRole('contentinfo')
      .getByText(/step \d+ of \d+/)
      .waitFor()
    await takePictures(page, '2-training')

    // Done: the loss fell, on the chart and in its table.
    await page.getByRole('main').getByText('done', { exact: true }).first().waitFor({ timeout: trainingMs })
    await page.getByText('Idle. 1 run kept.').waitFor()
    await takePictures(page, '3-trained')
    expect(await page.locator('.recharts-line-curve').count()).toBeGreaterThan(3)
    await page.getByRole('button', { name: 'Loss as a table' }).click()
    const losses = await columnOf(page, 'Loss', 'global')
    expect(losses.length).toBeGreaterThan(50)
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2)
    expect((await columnOf(page, 'Loss', 'rank 1')).length).toBe(losses.length)
    const accuracies = await page.getByRole('table', { name: 'Epochs' }).locator('tbody tr').allInnerTexts()
    expect(accuracies.length).toBe(modelPresets.tiny.recipe.epochs)

    // Ask the model.
    await page.getByRole('link', { name: 'Try its model' }).click()
    await page.getByRole('textbox', { name: 'Headline' }).fill('Striker scores twice as hosts reach the cup final')
    const bars = page.getByRole('list', { name: 'Probabilities' }).getByRole('listitem')
    await page.getByText(/% sure$/).waitFor()
    expect(await page.getByRole('strong').first().innerText()).toBe('Sports')
    const shares = (await bars.allInnerTexts()).map((text) => Number(/([\d.]+) %/.exec(text)?.[1]))
    expect(shares.length).toBe(4)
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 0)
    const tokens = page.getByRole('list', { name: 'Tokens', exact: true })
    expect(await tokens.innerText()).toMatch(/^\[CLS\][\s\S]*\[SEP\]/)
    expect(await page.getByRole('main').innerText()).toMatch(/Latency\s+[\d.]+ ms\s+measured/)
    await takePictures(page, '4-playground')

    // Export the report, and read it where nothing may run.
    await page.getByRole('link', { name: 'Tiny on 2 ranks' }).click()
    const saved: Record<string, string> = {}
    for (const format of ['HTML', 'Markdown', 'JSON']) {
      await page.getByRole('button', { name: 'Export report' }).click()
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: format }).click()])
      saved[format] = join(place, download.suggestedFilename())
      await download.saveAs(saved[format])
    }
    expect(JSON.parse(await readFile(saved['JSON']!, 'utf8'))).toMatchObject({ format: 'distrinews-run-report', provenance: 'measured' })
    expect(await readFile(saved['Markdown']!, 'utf8')).toContain('|')
    const reader = await openPage(browser, { javaScriptEnabled: false })
    await reader.page.goto(pathToFileURL(saved['HTML']!).href)
    expect(await reader.page.locator('h1').count()).toBe(1)
    expect(await reader.page.locator('script').count()).toBe(0)
    expect(await reader.page.locator('svg').count()).toBeGreaterThanOrEqual(3)
    expect(await reader.page.locator('body').innerText()).toMatch(/measured/i)
    await takePictures(reader.page, '5-report')
    expect(reader.complaints).toEqual([])

    // Come back: the token is remembered, the run is in the list, its charts come from disk.
    await page.reload()
    await page.getByRole('navigation').getByRole('link', { name: 'Runs' }).click()
    await page.getByRole('row', { name: /Tiny on 2 ranks/ }).waitFor()
    await takePictures(page, '6-runs')
    await page.getByRole('link', { name: 'Tiny on 2 ranks' }).click()
    await page.getByRole('button', { name: 'Loss as a table' }).click()
    expect(await columnOf(page, 'Loss', 'global')).toEqual(losses)

    expect(complaints).toEqual([])
  },
)
