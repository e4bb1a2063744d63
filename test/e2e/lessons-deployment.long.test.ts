/**
 * A person walks through phase 7, with a model that its first step trains. What the steps do is tried by
 * multi-process/workbench-lessons.test.ts, how a person walks by lessons-phase-3.test.ts.
 */
import { expect, test } from 'vitest'
import { takePictures } from '../helpers/browser.ts'
import { overflow, runMs, verdict } from '../helpers/lesson-page.ts'
import { openLab } from '../helpers/opened-lab.ts'

test('a person takes a model out of the lab: phase 7, and the model card', { timeout: 400_000 }, async (ctx) => {
  const { page, complaints } = await openLab(ctx)
  const prove = async (picture: string): Promise<void> => {
    await page.keyboard.press('Control+Enter')
    await verdict(page).waitFor({ timeout: runMs })
    expect(await verdict(page).innerText()).toMatch(/^Met: /)
    await takePictures(page, picture)
    expect(await overflow(page), `${picture}: a proven step fits the screen`).toBeLessThanOrEqual(2)
  }
  const next = async (title: string): Promise<void> => {
    await page.getByRole('main').focus()
    await page.keyboard.press(']')
    await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor()
  }
  const showCode = () => page.getByRole('tab', { name: 'The code' }).click()

  // No model yet: the export trains one first, in the same click.
  const go = (hash: string) => page.evaluate((wanted) => void (location.hash = wanted), hash)
  await page.getByRole('complementary', { name: 'Learn' }).waitFor()
  await go('#/learn/deployment/export')
  await page.getByText('Nothing measured yet.').waitFor()
  await prove('lessons-export')
  expect(await verdict(page).innerText()).toMatch(/float32 names the engine’s class every time/)
  const precisions = page.getByRole('table', { name: 'Three precisions' }).locator('tbody tr')
  expect((await precisions.allInnerTexts()).map((row) => row.split('\t')[0])).toEqual(['fp32', 'fp16', 'int8'])

  await next('What does a service answer to nonsense?')
  await prove('lessons-http-api')
  const answers = await page.getByRole('region', { name: 'Asked over HTTP' }).getByRole('listitem').allInnerTexts()
  expect(answers.map((text) => text.slice(0, 3))).toEqual(['200', '200', '422', '400', '413'])

  await next('What must be in a Space that others can open?')
  await prove('lessons-space')
  expect(await verdict(page).innerText()).toMatch(/the Docker Space names the lab's class every time/)

  await next('How does this training get onto two real GPUs?')
  await prove('lessons-hand-off')
  await page.getByText('npm run remote -- --bundle bundle --kaggle').waitFor()
  await showCode()
  expect(await page.locator('pre[aria-label^="This lab, electron/engine/loop.ts"]').first().innerText()).toContain('store.accumulate')
  const torch = page.locator('pre[aria-label^="The bundle, electron/handoff/python/train_ddp.py"]')
  expect(await torch.first().innerText()).toContain('ddp.no_sync()')
  await takePictures(page, 'lessons-hand-off-code')

  // The same export has a card; it proves its step once it is asked for there.
  await go('#/learn/documentation/model-card')
  await page.getByRole('heading', { level: 1, name: 'What must a model say about itself?' }).waitFor()
  const card = page.getByLabel('The model card, Markdown')
  await card.waitFor()
  expect(await verdict(page).count()).toBe(0)
  await prove('lessons-model-card')
  expect(await card.innerText()).toMatch(/^---\n[\s\S]*## Limits/)
  expect(complaints).toEqual([])
})
