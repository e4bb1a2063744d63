/** A person makes two experiments, the second by keyboard alone, then takes the fast track through phase 1. */
import { expect, test } from 'vitest'
import { takePictures } from '../helpers/browser.ts'
import { focusIsVisible, overflow, runMs, verdict } from '../helpers/lesson-page.ts'
import { openLab } from '../helpers/opened-lab.ts'

test('a person breaks two things, sees it in the probe, mends them, and has something to say', { timeout: 300_000 }, async (ctx) => {
  const { page, complaints } = await openLab(ctx)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])

  // 1: forget set_epoch. Nothing can be run before it was said what is expected.
  await page.getByRole('navigation', { name: 'Places of the lab' }).getByRole('link', { name: 'Learn', exact: true }).click()
  await page.getByRole('link', { name: 'Forget set_epoch' }).click()
  await page.getByText('Say first what you expect.').waitFor()
  expect(await page.getByRole('button', { name: 'Run without setEpoch' }).count()).toBe(0)
  await page.getByRole('button', { name: 'An error in the second epoch' }).click()
  await page.getByText('You said: An error in the second epoch.').waitFor()
  await page.getByRole('button', { name: 'Run without setEpoch' }).click()
  await page
    .getByText(/^Rank 0 read 1 different order in 4 epochs\. From the first epoch to the second, 64 of 64/)
    .waitFor({ timeout: runMs })
  await takePictures(page, 'lessons-experiment-broken')
  await page.getByRole('tab', { name: 'The fault and its repair' }).click()
  const difference = page.locator('pre[aria-label^="The difference"]')
  expect(await difference.innerText()).toMatch(
    /−\s*removed:\s*\/\/ Nobody tells the sampler[\s\S]*\+\s*added:\s*sampler\.setEpoch\(epoch\)/,
  )
  await takePictures(page, 'lessons-experiment-difference')
  await page.getByRole('button', { name: 'Run with setEpoch' }).click()
  await verdict(page).waitFor({ timeout: runMs })
  expect(await verdict(page).innerText()).toMatch(/^Met: Broken: [\s\S]* Fixed: /)
  await page.getByText('What happened: Every epoch in exactly the same order.').waitFor()
  await page.getByText(/^Rank 0 read 4 different orders in 4 epochs/).waitFor()
  await takePictures(page, 'lessons-experiment-fixed')
  expect(await overflow(page), 'a verified experiment fits the screen').toBeLessThanOrEqual(2)
  await page.getByRole('button', { name: 'What it means, and what to say' }).click()
  const say = page.getByRole('region', { name: 'In an interview' })
  await say.getByRole('button', { name: 'Copy' }).click()
  await say.getByRole('button', { name: 'Copied' }).waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^DistributedSampler seeds its shuffle/)
  await takePictures(page, 'lessons-experiment-meaning')

  // 9: a barrier inside if (rank === 0), by keyboard alone: Tab reaches everything, and the focus can be seen.
  await page
    .getByRole('navigation', { name: 'Experiments' })
    .getByRole('link', { name: /^Experiment 9: / })
    .click()
  await page.getByRole('heading', { level: 1, name: 'Put a barrier inside if (rank === 0)' }).waitFor()
  await page.getByRole('main').focus()
  const tabTo = async (name: string | RegExp): Promise<void> => {
    const wanted = page.getByRole('button', { name })
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press('Tab')
      expect(await focusIsVisible(page), `focus ${presses} on the way to ${name} is visible`).toBe(true)
      if (await wanted.evaluate((element) => element === document.activeElement)) return
    }
    throw new Error(`Tab never reached ${name}`)
  }
  await tabTo(/^They never come to that barrier/)
  await page.keyboard.press('Enter')
  await page.getByRole('main').focus()
  await tabTo('Run with the barrier inside')
  await page.keyboard.press('Enter')
  const board = page.getByRole('region', { name: 'Who waits for whom' })
  await board.waitFor({ timeout: runMs })
  expect(await board.innerText()).toMatch(/rank 0[\s\S]*waits in a barrier of step 3 for[\s\S]*rank 1[\s\S]*rank 2/)
  await takePictures(page, 'lessons-experiment-waits')
  await page.getByRole('main').focus()
  await tabTo('Run with the barrier outside')
  await page.keyboard.press('Enter')
  await verdict(page).waitFor({ timeout: runMs })
  await page.getByText('That is what happened.').waitFor()
  await page.getByText(/All ranks called the same 4 collectives, and 3 of 3 finished\./).waitFor()

  // What was learned has a place in the overview, and help says which keys there are.
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).getByText('Go anywhere', { exact: false }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: 'Experiment 9', exact: true }).click()
  const done = page.getByRole('region', { name: '18 ways to break DDP' }).getByLabel('proven')
  await expect.poll(() => done.count()).toBe(2)

  // Whoever knows phase 1 takes the fast track: its checks run in a row.
  const first = page.getByRole('region', { name: 'Foundation' })
  await first.getByText('0 / 4').waitFor()
  await first.getByRole('button', { name: /^Fast track/ }).click()
  await first.getByText('4 / 4').waitFor({ timeout: runMs })
  expect(await first.getByRole('button', { name: /^Fast track/ }).count()).toBe(0)
  expect(complaints).toEqual([])
})
