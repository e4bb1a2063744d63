/** Runs laid over each other, as a person does it: chosen in the list, zoomed, pinned, by mouse and by keyboard. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectRoot } from '../../electron/paths.ts'
import { takePictures } from '../helpers/browser.ts'
import { fakeRun, type FakeRunOptions } from '../helpers/fake-run.ts'
import { useLab, type Places } from '../helpers/opened-lab.ts'

const longRun = '20260201-112653-tiny-0004'
const firstTwo = '20260314-092653-tiny-0001,20260314-102653-tiny-0002'

async function keep(directory: string, id: string, options: FakeRunOptions): Promise<void> {
  const { record, steps, epochs } = fakeRun({ ...options, record: { ...options.record, id } })
  const run = join(directory, 'runs', id)
  await mkdir(run, { recursive: true })
  await writeFile(join(run, 'run.json'), JSON.stringify(record))
  await writeFile(join(run, 'metrics.jsonl'), [...steps, ...epochs].map((line) => `${JSON.stringify(line)}\n`).join(''))
}

async function prepare({ directory }: Places): Promise<void> {
  await keep(directory, '20260314-092653-tiny-0001', { config: { name: 'One rank', worldSize: 1, seed: 1 }, record: { trainCount: 5031 } })
  await keep(directory, '20260314-102653-tiny-0002', { config: { name: 'Two ranks', seed: 2 }, record: { trainCount: 5031 } })
  const imported = { program: 'train_ddp.py', torch: '2.4.0', backend: 'nccl', worldSize: 4, nodes: 1 }
  await keep(directory, '20260314-112653-tiny-0003', {
    config: { name: 'Kaggle', worldSize: 4, seed: 3, learningRate: 1e-3 },
    record: { imported, trainCount: 5031 },
  })
  await keep(directory, longRun, { config: { name: 'Sixty thousand steps', worldSize: 1, seed: 4 }, stepsPerEpoch: 20_000 })
}

const watched = useLab({ prepare })

const valuesTitle = () => watched.page.getByRole('table', { name: 'Values of the runs' }).locator('thead th').first().textContent()

test('the list of runs leads to a comparison of the newest two, and more can be chosen', async () => {
  const { page } = watched
  await page.getByRole('navigation').getByRole('link', { name: 'Runs', exact: true }).click()
  await page.getByRole('link', { name: 'Compare runs' }).click()
  await page.getByText('2 runs chosen').waitFor()
  // The address holds the choice, and the box follows the address.
  await page.getByRole('checkbox', { name: /One rank/ }).click()
  await page.getByText('3 runs chosen').waitFor()
  await page.getByRole('table', { name: 'Values of the runs' }).getByRole('row').nth(3).waitFor()
  expect(await valuesTitle()).toBe('At the end')
  await page.getByRole('row', { name: /learningRate/ }).waitFor()
  await takePictures(page, 'compare')
})

test('a click pins a place in all charts, the keyboard moves the pin, dragging looks closer', async () => {
  const { page } = watched
  const chart = page.getByRole('application', { name: /Training loss/ })
  await chart.hover({ position: { x: 200, y: 100 } })
  await expect.poll(valuesTitle).toMatch(/^At step \d+$/)
  await chart.click({ position: { x: 200, y: 100 } })
  await page.getByRole('button', { name: 'Take the pin away' }).waitFor()
  await page.mouse.move(5, 5)
  const pinned = await valuesTitle()
  await chart.focus()
  await page.keyboard.press('ArrowRight')
  await expect.poll(valuesTitle).not.toBe(pinned)
  const box = (await chart.boundingBox())!
  await page.mouse.move(box.x + 150, box.y + 100)
  await page.mouse.down()
  await page.mouse.move(box.x + 260, box.y + 100, { steps: 4 })
  await page.mouse.up()
  await page.getByRole('button', { name: 'Show all' }).waitFor()
  await takePictures(page, 'compare-zoomed')
  await page.getByRole('button', { name: 'Show all' }).click()
  await page.getByRole('button', { name: 'Take the pin away' }).click()
  await page.mouse.move(5, 5)
  await expect.poll(valuesTitle).toBe('At the end')
})

test('how it is shown stays when the page is loaded again', async () => {
  const { page } = watched
  await page.getByText('Relative', { exact: true }).click()
  await page.getByRole('switch', { name: 'log' }).check({ force: true })
  await page.getByRole('switch', { name: 'band of ranks' }).check({ force: true })
  await page.getByRole('checkbox', { name: 'Gradient norm' }).check()
  await page.reload()
  await page.getByText('3 runs chosen').waitFor()
  await page.getByRole('application', { name: /Gradient norm of 3 runs along seconds/ }).waitFor()
  expect(await page.getByRole('switch', { name: 'band of ranks' }).isChecked()).toBe(true)
  await takePictures(page, 'compare-bands')
  expect(watched.complaints).toEqual([])
})

const compare = (ids: string): Promise<void> => watched.page.evaluate((address) => void (location.hash = address), `#/compare/${ids}`)
const legend = () => watched.page.getByRole('list', { name: 'Compared runs' })
const chartOf = (title: RegExp) => watched.page.getByRole('application', { name: title })

test('the values stand beside the pointer, and two clicks show all again without leaving a pin', async () => {
  const { page } = watched
  await page.evaluate(() => localStorage.clear())
  await compare(firstTwo)
  await page.reload()
  const chart = chartOf(/Training loss of 2 runs/)
  await chart.hover({ position: { x: 200, y: 100 } })
  await expect.poll(() => chart.locator('li').allTextContents()).toEqual([expect.stringMatching(/^One rank\d\.\d{4}$/), expect.stringMatching(/^Two ranks\d\.\d{4}$/)]) // prettier-ignore
  await takePictures(page, 'compare-values')
  const box = (await chart.boundingBox())!
  await page.mouse.move(box.x + 150, box.y + 100)
  await page.mouse.down()
  await page.mouse.move(box.x + 260, box.y + 100, { steps: 4 })
  await page.mouse.up()
  await page.getByRole('button', { name: 'Show all' }).waitFor()
  await page.mouse.dblclick(box.x + 200, box.y + 100)
  await page.getByRole('button', { name: 'Show all' }).waitFor({ state: 'hidden' })
  expect(await page.getByRole('button', { name: 'Take the pin away' }).count()).toBe(0)
  await page.mouse.move(5, 5)
})

test('with the keyboard alone one pins, hears the values, looks closer and back', async () => {
  const { page } = watched
  await chartOf(/Training loss/).focus()
  await page.keyboard.press('Home')
  await expect.poll(valuesTitle).toBe('At step 1')
  await page.keyboard.press('Shift+ArrowRight')
  await expect.poll(valuesTitle).toBe('At step 11')
  await page.getByRole('status').filter({ hasText: /^step 11: One rank \d\.\d{4}, Two ranks \d\.\d{4}$/ }).waitFor() // prettier-ignore
  await page.keyboard.press('+')
  await page.getByRole('button', { name: 'Show all' }).waitFor()
  await page.keyboard.press('0')
  await page.getByRole('button', { name: 'Show all' }).waitFor({ state: 'hidden' })
  await page.keyboard.press('Escape')
  await expect.poll(valuesTitle).toBe('At the end')
})

test('a run that is taken out leaves the looks of the others as they were', async () => {
  const { page } = watched
  await compare(`${firstTwo},20260314-112653-tiny-0003`)
  const look = () => legend().getByRole('listitem').filter({ hasText: 'Kaggle' }).locator('line').getAttribute('stroke')
  const before = await look()
  await legend().getByRole('button', { name: 'Take Two ranks out' }).click()
  await page.getByText('2 runs chosen').waitFor()
  expect(await look()).toBe(before)
  expect(page.url()).toMatch(/0001%2C%2C2026/)
})

test('a run that is gone says so and can be taken out, and an address that is none harms nobody', async () => {
  const { page } = watched
  const gone = '20260314-122653-tiny-0009'
  await compare(`${firstTwo},${gone},${gone}`)
  await page.getByRole('alert').getByText('There is no such run').waitFor()
  await legend()
    .getByRole('button', { name: `Take ${gone} out` })
    .click()
  await page.getByRole('alert').waitFor({ state: 'hidden' })
  await page.getByText('2 runs chosen').waitFor()
  await compare('%')
  await legend().getByText('not found').waitFor()
  await compare('')
  await page.getByText('Choose runs to lay over each other').waitFor()
})

test('a long run is there from its first step to its last', async () => {
  const { page } = watched
  await compare(longRun)
  await chartOf(/Training loss/).focus()
  await page.keyboard.press('Home')
  await expect.poll(valuesTitle).toBe('At step 1')
  await page.keyboard.press('End')
  await expect.poll(valuesTitle).toBe('At step 60,000')
  await page.keyboard.press('Escape')
})

test('a logarithmic scale says what it cannot show', async () => {
  const { page } = watched
  await compare(firstTwo)
  await page.getByRole('switch', { name: 'log' }).check({ force: true })
  await page.getByRole('checkbox', { name: 'Learning rate' }).check()
  // The rate of the last step is zero.
  await page.getByText('of the step; 2 points ≤ 0 not drawn').waitFor()
  await page.getByText('share of rows, linear').waitFor()
  await takePictures(page, 'compare-log')
})

test('charts and values leave as files', async () => {
  const { page } = watched
  const exported = async (item: string): Promise<Buffer> => {
    await page.getByRole('button', { name: 'Export' }).click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()])
    return readFile(await download.path())
  }
  const svg = (await exported('Charts, SVG')).toString()
  for (const word of ['One rank (measured)', 'Two ranks (measured)', 'Training loss, nats per example, logarithmic', 'optimizer steps'])
    expect(svg).toContain(word)
  expect([...(await exported('Charts, PNG')).subarray(1, 4)]).toEqual([...Buffer.from('PNG')])
  const [head, ...rows] = (await exported('Values, CSV')).toString().trim().split('\r\n')
  expect(head).toBe(
    'run,id,provenance,step,epoch,samples,seconds,time,loss,gradNorm,learningRate,samplesPerSec,stepMs,validationLoss,validationAccuracy',
  )
  // Of each run 237 steps and three validations.
  expect(rows.filter((row) => row.startsWith('One rank,20260314-092653-tiny-0001,measured,'))).toHaveLength(240)
  expect(rows).toHaveLength(480)
})

test('settings that nobody could have made are forgotten', async () => {
  const { page } = watched
  for (const text of ['no JSON', 'null', '{"axis":"moon","shown":["loss","loss"],"window":7,"isLog":"yes"}']) {
    await page.evaluate((settings) => localStorage.setItem('distrinews.compare', settings), text)
    await page.reload()
    await chartOf(/Training loss of 2 runs along optimizer steps/).waitFor()
    await page.getByText('not smoothed').waitFor()
  }
})

test('a run that goes on grows in the comparison', async () => {
  const { page } = watched
  const cli = join(projectRoot, 'out', 'main', 'cli.js')
  const flags = ['train', '--ranks', '1', '--threads', '1', '--epochs', '2', '--name', 'Growing']
  const training = spawn(process.execPath, [cli, ...flags], {
    env: { ...process.env, DISTRINEWS_HOME: watched.directory },
    stdio: 'ignore',
  })
  const ended = once(training, 'exit')
  const newest = async (): Promise<string | undefined> => (await readdir(join(watched.directory, 'runs'))).find((id) => id > '20260401')
  await expect.poll(newest, { timeout: 30_000 }).toBeDefined()
  await compare(`${firstTwo},${await newest()}`)
  const loss = () => page.getByRole('table', { name: 'Values of the runs' }).getByRole('row', { name: /Growing/ }).getByRole('cell').first().textContent() // prettier-ignore
  await expect.poll(loss, { timeout: 30_000 }).toMatch(/\d/)
  const early = await loss()
  await expect.poll(loss, { timeout: 30_000 }).not.toBe(early)
  await ended
  const lines = (await readFile(join(watched.directory, 'runs', (await newest())!, 'metrics.jsonl'), 'utf8')).trim().split('\n')
  const last = lines.map((line) => JSON.parse(line) as { type: string; globalLoss: number }).findLast(({ type }) => type === 'step')!
  await expect.poll(loss, { timeout: 10_000 }).toBe(last.globalLoss.toFixed(4))
  await page.getByRole('navigation').getByRole('link', { name: 'Runs', exact: true }).click()
  await page.getByRole('table').getByRole('link', { name: 'Growing' }).click()
  await page.getByRole('link', { name: 'Compare', exact: true }).click()
  await page.getByText('1 run chosen').waitFor()
  expect(watched.complaints).toEqual([])
})
