/**
 * A person breaks ranks of their own run at the fault bench and watches: suspect, slow, killed and going on, paused and
 * resumed, and at last a NaN that ends it. Leaves pictures of what the rank map shows meanwhile.
 */
import { expect, test } from 'vitest'
import { takePictures } from '../helpers/browser.ts'
import { openLab } from '../helpers/opened-lab.ts'

test('a person breaks ranks at the fault bench, and the rank map says what happened and what to do next', async (ctx) => {
  const { page, complaints } = await openLab(ctx)
  const map = page.getByRole('region', { name: 'Rank map' })
  const happening = map.getByRole('status')
  const choose = (fault: string): Promise<void> => page.getByRole('radiogroup', { name: 'Fault' }).getByText(fault, { exact: true }).click()
  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click()

  await press('Advanced')
  await page.getByLabel('Epochs').fill('200')
  await page.getByLabel('Checkpoint every').fill('20')
  await takePictures(page, 'faults-0-advanced')
  await press('Train on 2 GPUs')
  const step = page.locator('dl[aria-label="Key figures"] dd').first().locator('span').first()
  const stepNow = async (): Promise<number> => Number((await step.innerText()).replaceAll(',', ''))
  const goesOn = async (): Promise<void> => {
    const before = await stepNow()
    await expect.poll(stepNow, { timeout: 60_000 }).toBeGreaterThan(before)
  }
  await expect.poll(stepNow, { timeout: 60_000 }).toBeGreaterThan(25)
  expect(await happening.count()).toBe(0)
  await press('Open')

  await choose('Freeze')
  await press('Freeze rank 1')
  await map.getByRole('article', { name: 'rank 1' }).getByText('suspect').waitFor()
  await happening.getByText('Rank 1 has sent no heartbeat for 2 s.').waitFor()
  await takePictures(page, 'faults-1-suspect')
  await press('Thaw rank 1')
  await happening.waitFor({ state: 'detached' })
  await goesOn()

  await choose('Slow')
  await press('Slow rank 0')
  await happening.getByText(/^Rank 0 is [\d.]+ times slower/).waitFor({ timeout: 60_000 })
  await takePictures(page, 'faults-2-slow')
  await press('Undo rank 0')

  await choose('Kill')
  await press('Kill rank 1')
  await happening.getByText(/^Rank 1 died after step \d+\.$/).waitFor()
  await takePictures(page, 'faults-3-killed')
  await happening.getByText(/Training went on from step \d+\./).waitFor({ timeout: 60_000 })
  await goesOn()
  await takePictures(page, 'faults-4-going-on')

  await press('Pause')
  await happening.getByText(/^Paused after step \d+\.$/).waitFor({ timeout: 60_000 })
  await takePictures(page, 'faults-5-paused')
  await happening.getByRole('button', { name: 'Resume' }).click()
  await goesOn()

  await press('Open')
  await choose('NaN')
  await press('NaN rank 1')
  await happening.getByText(/^Training diverged at step \d+\.$/).waitFor({ timeout: 60_000 })
  await page
    .getByRole('alert')
    .getByText(/Rank 1's own loss was NaN. The step's rows and norms are in diverged-step-\d+-rank-\d\.json/)
    .waitFor()
  await takePictures(page, 'faults-6-diverged')
  await happening.getByRole('button', { name: 'See log' }).click()
  await page.getByRole('dialog').getByText('attempt 3').waitFor()
  await takePictures(page, 'faults-7-log')
  await page.keyboard.press('Escape')
  expect(complaints).toEqual([])
})
