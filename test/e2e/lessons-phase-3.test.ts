/**
 * A person walks through phase 3: reads, runs, looks, is told that it is proven, finds it again after a restart of the lab.
 * Leaves pictures of every widget on the way in `test-artifacts/`.
 */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { openPage, takePictures } from '../helpers/browser.ts'
import { startLab } from '../helpers/lab-server.ts'
import { focusIsVisible, overflow, runMs, verdict } from '../helpers/lesson-page.ts'
import { openLab } from '../helpers/opened-lab.ts'

test('a person walks through phase 3, and each step is proven by a run', { timeout: 600_000 }, async (ctx) => {
  const opened = await openLab(ctx)
  const { page, complaints } = opened
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
  await opened.lab.close()
  opened.lab = await startLab(opened.directory)
  const again = await openPage(opened.browser)
  await again.page.goto(opened.lab.url)
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
