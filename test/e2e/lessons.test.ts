/**
 * A person walks through phase 3 and two experiments: reads, runs, looks, is told that it is proven, finds it again after a
 * restart of the lab. Partly by keyboard alone. Leaves pictures of every widget that it meets in `test-artifacts/`.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { expect, test } from 'vitest'
import { openBrowser, openPage, takePictures, whyNoBrowser } from '../helpers/browser.ts'
import { startLab } from '../helpers/lab-server.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const runMs = 120_000

const verdict = (page: Page) => page.getByRole('status').filter({ hasText: /^(Met|Not met): / })

/** What has the focus, and whether that can be seen: an outline, or a change of the frame around it. */
const focusIsVisible = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const element = document.activeElement
    if (!(element instanceof HTMLElement) || element === document.body) return false
    const style = getComputedStyle(element)
    const label = element.nextElementSibling
    const outlined = (of: Element | null): boolean =>
      of !== null && getComputedStyle(of).outlineStyle !== 'none' && parseFloat(getComputedStyle(of).outlineWidth) >= 1
    return style.outlineStyle !== 'none' ? parseFloat(style.outlineWidth) >= 1 : outlined(label) || style.borderColor !== style.color
  })

/** The step fits the window: nothing of it has to be scrolled into view. */
const overflow = (page: Page): Promise<number> =>
  page.getByRole('region', { name: /^The (step|experiment)$/ }).evaluate((element) => element.scrollHeight - element.clientHeight)

test('a person walks through phase 3, and each step is proven by a run', { timeout: 600_000 }, async (ctx) => {
  ctx.skip(whyNoBrowser !== null, whyNoBrowser ?? '')
  const directory = join(await temporaryDirectory(), 'lab')
  let lab = await startLab(directory)
  ctx.onTestFinished(() => lab.close())
  const browser = await openBrowser()
  ctx.onTestFinished(() => browser.close())
  const { page, complaints } = await openPage(browser)
  const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true })
  const run = async (): Promise<void> => {
    await page.keyboard.press('Control+Enter')
    await verdict(page).waitFor({ timeout: runMs })
    expect(await verdict(page).innerText()).toMatch(/^Met: /)
    await page.getByRole('region', { name: 'What it means' }).getByRole('heading', { name: 'What it means' }).waitFor()
  }
  const next = async (title: string): Promise<void> => {
    // Out of a text field, where a bracket is a bracket.
    await page.getByRole('main').focus()
    await page.keyboard.press(']')
    await heading(title).waitFor()
  }

  // From the home screen into the lessons, then to phase 3 by a few letters.
  await page.goto(lab.url)
  await page.getByRole('complementary', { name: 'Learn' }).getByRole('link', { name: 'Begin with phase 1' }).click()
  await heading('How does a headline become numbers?').waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Go anywhere' }).fill('what is a rank')
  await takePictures(page, 'lessons-palette')
  await page.keyboard.press('Enter')
  await heading('What is a rank?').waitFor()

  // Not proven yet: the explanation is folded, but whoever wants to reads on.
  const meaning = page.getByRole('region', { name: 'What it means' })
  await meaning.getByRole('button', { name: /^Skip/ }).click()
  await meaning.getByRole('button', { name: /not proven yet$/ }).waitFor()
  await run()
  expect(await page.getByRole('group', { name: 'Collectives by rank' }).innerText()).toMatch(/rank 0[\s\S]*broadcast[\s\S]*rank 1/)
  await takePictures(page, 'lessons-ranks')
  await page.getByRole('tab', { name: 'The code' }).click()
  const code = page.getByRole('region', { name: /^This lab, electron\// }).or(page.locator('pre[aria-label^="This lab"]'))
  expect(await code.first().innerText()).toContain('export interface ProcessGroup')
  expect(await page.locator('pre[aria-label^="The same in PyTorch"]').innerText()).toContain('dist.init_process_group')
  await takePictures(page, 'lessons-code')

  await next('Why do all ranks begin as the same model?')
  await run()
  await page.getByText('Afterwards all ranks hold the same one.').waitFor()
  await takePictures(page, 'lessons-broadcast')

  await next('Who decides which rank reads what?')
  await run()
  await page.getByLabel('Follow row').fill('7')
  await page.getByText(/Row 7 is read in epoch 1 on rank \d in step \d/).waitFor()
  await takePictures(page, 'lessons-shards')

  // The all-reduce with the person's own headlines, forwards and back; what is added can be checked in one's head.
  await next('How do gradients meet? Round a ring')
  await page
    .getByLabel('Your headlines, one per line')
    .fill('Goalkeeper saves late penalty\nMarkets rally as rates fall\nProbe lands on distant moon')
  await run()
  for (let round = 0; round < 4; round++) await page.keyboard.press('ArrowRight')
  await page.getByText(/Round 4 of 4, all-gather: what arrived was copied\. Done/).waitFor()
  await page.keyboard.press('ArrowLeft')
  await page.getByText(/Round 3 of 4/).waitFor()
  await takePictures(page, 'lessons-ring')
  await page.getByRole('button', { name: 'Ring all-reduce as a table' }).click()
  const rows = await page.getByRole('table', { name: 'Ring all-reduce' }).locator('tbody tr').allInnerTexts()
  expect(rows).toHaveLength(12)
  const ends = rows.slice(-3).map((row) => row.split('\t').at(-1))
  expect(new Set(ends).size, 'all ranks end with the same numbers').toBe(1)
  await page.getByText('Whose gradients are these?').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Ring all-reduce as a table' }).click()
  await page.getByText('Whose gradients are these?').click()
  await page.getByText('Goalkeeper saves late penalty').last().waitFor()

  await next('Why do gradients travel in buckets?')
  await run()
  await takePictures(page, 'lessons-buckets')
  await next('One message per parameter, or one per bucket?')
  await run()
  await takePictures(page, 'lessons-naive-or-bucketed')
  await next('Two ranks with B rows are one rank with 2B')
  await run()
  await takePictures(page, 'lessons-same-as-one')
  await next('Why is a mean of means wrong?')
  await run()
  await page.getByRole('radiogroup', { name: 'Which run to look at' }).getByText('mean of means').click()
  await takePictures(page, 'lessons-mean-of-means')

  // The timeline zooms by keys and leaves as a trace.
  await next('Where does the time of a step go?')
  await run()
  const timeline = page.getByRole('img', { name: /^Timeline of 2 ranks/ })
  await timeline.focus()
  expect(await focusIsVisible(page)).toBe(true)
  const before = await timeline.getAttribute('aria-label')
  await page.keyboard.press('+')
  await expect.poll(() => timeline.getAttribute('aria-label')).not.toBe(before)
  await page.keyboard.press('0')
  await expect.poll(() => timeline.getAttribute('aria-label')).toBe(before)
  await takePictures(page, 'lessons-timeline')
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save as Chrome trace' }).click()
  const trace = JSON.parse(await readFile(await (await download).path(), 'utf8')) as {
    traceEvents: { ph: string; pid: number; dur?: number }[]
  }
  expect(new Set(trace.traceEvents.map(({ pid }) => pid))).toEqual(new Set([0, 1]))
  expect(trace.traceEvents.filter(({ ph }) => ph === 'X').every(({ dur }) => dur !== undefined && dur >= 0)).toBe(true)

  // Two whole training runs: what rank 0 does, and a rank that is killed.
  await next('What does only rank 0 do?')
  await run()
  await takePictures(page, 'lessons-rank-0')
  await next('What happens when a rank dies?')
  await run()
  expect(await verdict(page).innerText()).toMatch(
    /Rank 1 was named as the first cause at step \d+\. 2 ranks went on from the checkpoint of step \d+/,
  )
  await takePictures(page, 'lessons-kill')
  expect(await overflow(page), 'a proven step fits the screen').toBeLessThanOrEqual(2)

  // Every dot of the phase is filled, in a new window of a lab that was started again, too.
  const dots = page.getByRole('navigation', { name: 'Steps of this phase' }).getByRole('listitem').getByRole('link')
  expect((await dots.all()).length).toBe(11)
  for (const dot of await dots.all()) expect(await dot.getAttribute('aria-label')).toMatch(/, proven$/)
  expect(complaints).toEqual([])
  await lab.close()
  lab = await startLab(directory)
  const again = await openPage(browser)
  await again.page.goto(lab.url)
  await again.page
    .getByRole('complementary', { name: 'Learn' })
    .getByText(/11 of \d+ steps proven\./)
    .waitFor()
  await again.page.getByRole('navigation', { name: 'Places of the lab' }).getByRole('link', { name: 'Learn', exact: true }).click()
  await again.page.getByRole('heading', { level: 2, name: 'DDP', exact: true }).waitFor()
  await again.page.getByText('11 / 11').waitFor()
  await takePictures(again.page, 'lessons-overview')
  await again.page.getByRole('link', { name: 'How do gradients meet? Round a ring' }).click()
  await again.page.getByRole('heading', { name: 'Ring all-reduce' }).waitFor()
  expect(again.complaints).toEqual([])
})

test('a person breaks two things, sees it in the probe, mends them, and has something to say', { timeout: 300_000 }, async (ctx) => {
  ctx.skip(whyNoBrowser !== null, whyNoBrowser ?? '')
  const lab = await startLab(join(await temporaryDirectory(), 'lab'))
  ctx.onTestFinished(() => lab.close())
  const browser = await openBrowser()
  ctx.onTestFinished(() => browser.close())
  const { page, complaints } = await openPage(browser)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(lab.url)

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

test('a person takes a model out of the lab: phase 7, and the model card', { timeout: 400_000 }, async (ctx) => {
  ctx.skip(whyNoBrowser !== null, whyNoBrowser ?? '')
  const lab = await startLab(join(await temporaryDirectory(), 'lab'))
  ctx.onTestFinished(() => lab.close())
  const browser = await openBrowser()
  ctx.onTestFinished(() => browser.close())
  const { page, complaints } = await openPage(browser)
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
  await page.goto(lab.url)
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
