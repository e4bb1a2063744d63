/** Runs laid over each other, as a person does it: chosen in the list, zoomed, pinned, by mouse and by keyboard. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { takePictures } from '../helpers/browser.ts'
import { fakeRun, type FakeRunOptions } from '../helpers/fake-run.ts'
import { useLab, type Places } from '../helpers/opened-lab.ts'

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
