/**
 * The playground as people use it: what stands on the screen belongs to the text, whatever the lab does meanwhile. Small
 * untrained models; the answers are compared with each other, not with the world. Pictures in `test-artifacts/`.
 */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import type { Locator, Page } from 'playwright'
import { expect, test } from 'vitest'
import { takePictures } from '../helpers/browser.ts'
import { useLab, type OpenedLab, type Places } from '../helpers/opened-lab.ts'
import { writePlaygroundRun } from '../helpers/playground-run.ts'

const first = '20260314-102653-tiny-cd34'
const second = '20260314-092653-tiny-ab12'
const headline = 'Striker scores twice as oil prices fall'

/** Answers of the lab are kept back while true, and delivered in order when it becomes false. */
const wire = { held: false, waiting: [] as (() => void)[], asked: [] as string[] }
const hold = (): void => void (wire.held = true)
const release = (): void => {
  wire.held = false
  for (const deliver of wire.waiting.splice(0)) deliver()
}

let page: Page

async function prepare({ directory }: Places): Promise<void> {
  await writePlaygroundRun(directory, first, { seed: 3, checkpointSteps: [10, 20] })
  await writePlaygroundRun(directory, second, { seed: 2 })
}

async function arrive(at: OpenedLab): Promise<void> {
  page = at.page
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((message) => {
      if (typeof message === 'string') wire.asked.push(message)
      server.send(message)
    })
    server.onMessage((message) => (wire.held ? wire.waiting.push(() => socket.send(message)) : socket.send(message)))
  })
  await page.goto(at.lab.url)
  await page.getByRole('navigation').getByRole('link', { name: 'Playground', exact: true }).click()
}

const opened = useLab({ prepare, arrive })

const box = (): Locator => page.getByRole('textbox', { name: 'Headline' })
const sure = (): Locator => page.getByText(/% sure$/)
const region = (name: string): Locator => page.getByRole('region', { name, exact: true })
const tab = (name: string | RegExp): Promise<void> => page.getByRole('tab', { name }).click()
const compare = async (option: RegExp): Promise<void> => {
  await page.locator('input[aria-label="Compare with"]').click()
  await page.getByRole('option', { name: option }).click()
}
const rowsOf = (table: string): Promise<string[][]> =>
  page
    .getByRole('table', { name: table, exact: true })
    .evaluate((element) => [...element.querySelectorAll('tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent)))

test('an answer is shown with the text it belongs to, and never with another', async () => {
  await region('Answer').getByText('Type a headline, or choose one above.').waitFor()
  await takePictures(page, 'playground-empty')
  await box().fill(headline)
  await sure().waitFor()
  const answer = await region('Answer').innerText()

  hold()
  await box().fill(`${headline} a`)
  await expect.poll(() => sure().count()).toBe(0)
  await expect.poll(() => wire.waiting.length).toBeGreaterThan(0)
  expect(await region('Answer').getByRole('paragraph').first().innerText()).toContain('…')
  // What is superseded is taken back: of the two that wait, only the newer one may arrive.
  await box().fill(`${headline} after all`)
  await expect
    .poll(() => wire.asked.filter((message) => message.includes('/playground/classify') && message.includes('after all')).length)
    .toBe(1)
  release()
  await sure().waitFor()
  const newer = await region('Answer').innerText()
  await box().fill(headline)
  await sure().waitFor()
  await expect.poll(() => region('Answer').innerText().then(withoutLatency)).toBe(withoutLatency(answer))
  expect(withoutLatency(newer)).not.toBe(withoutLatency(answer))
})

const withoutLatency = (text: string): string => text.replace(/[\d.]+ ms/, '')

test('Escape takes the question back, Control and Enter ask it at once', async () => {
  hold()
  await box().fill('Bank raises rates')
  await expect.poll(() => wire.waiting.length).toBeGreaterThan(0)
  await box().press('Escape')
  release()
  await region('Answer').getByText('not asked: Ctrl+Enter asks').waitFor()
  expect(await sure().count()).toBe(0)
  await box().press('Control+Enter')
  await sure().waitFor()
})

test('words and tokens have a table each, and the words say how they were measured', async () => {
  await box().fill(headline)
  await region('Which words decide')
    .getByText(/8 forward passes in .* each without one word/)
    .waitFor()
  await page.getByRole('button', { name: 'Word effects as a table' }).click()
  const words = await rowsOf('Word effects')
  expect(words.map(([word]) => word)).toEqual(headline.split(' '))
  for (const [, effect] of words) expect(effect).toMatch(/^[+−]\d+\.\d$/)
  await page.getByRole('button', { name: 'Word effects as a table' }).click()
  await page.getByRole('button', { name: 'Tokens as a table' }).click()
  expect((await rowsOf('Tokens'))[0]).toEqual(['0', '[CLS]', expect.stringMatching(/^\d+$/), 'special'])
  await page.getByRole('button', { name: 'Tokens as a table' }).click()
  await box().fill('oil price '.repeat(30))
  await page.getByRole('button', { name: 'Measure 60 words' }).click()
  await region('Which words decide')
    .getByText(/61 forward passes/)
    .waitFor()
})

test('odd texts are answered or excused, none breaks the screen', async () => {
  for (const odd of ['🚀🚀 👨‍👩‍👧', 'شركة النفط ترفع الأسعار', 'x']) {
    await box().fill(odd)
    await sure().waitFor()
  }
  await box().fill('한국 증시')
  await region('Answer')
    .getByText(/\[UNK\]/)
    .waitFor()
  await box().fill('oil '.repeat(6000))
  await page.getByText('You gave 24,000 characters; the first 20,000 are kept.').waitFor()
  await sure().waitFor()
  await region('What the model sees')
    .getByText(/[\d,]+ tokens cut off/)
    .waitFor()
  await takePictures(page, 'playground-long')
  await box().fill('   ')
  await region('Answer').getByText('Type a headline, or choose one above.').waitFor()
})

test('a checkpoint or another model answers beside it, the difference marked', async () => {
  await box().fill(headline)
  await compare(/step 20/)
  await page.getByText(/Both give the same answer|They differ/).waitFor()
  const bars = await page.getByRole('list', { name: 'Probabilities' }).getByRole('listitem').allInnerTexts()
  for (const bar of bars) {
    const [, one, two, points] = /([\d.]+) %\s+([\d.]+) %\s+([+−][\d.]+) pts/.exec(bar)!
    expect(Number(points!.replace('−', '-'))).toBeCloseTo(Number(two) - Number(one), 0)
  }
  await region('Answer').getByText('step-000020').first().waitFor()
  await compare(/Run ab12/)
  await expect.poll(() => region('Answer').getByRole('link', { name: 'Run ab12' }).count()).toBe(1)
  await sure().nth(1).waitFor()
  await takePictures(page, 'playground-two')
  await page.getByRole('button', { name: 'Stop comparing' }).click()
  await expect.poll(() => sure().count()).toBe(1)
})

test('a wrong answer is corrected, taken back, and becomes a data set', async () => {
  const correct = async (text: string, choice: number): Promise<void> => {
    await box().fill(text)
    await page.getByRole('button', { name: 'This is wrong …' }).click()
    await page.getByRole('group', { name: 'The right class' }).getByRole('button').nth(choice).click()
    await page.getByText(/^You say it is/).waitFor()
  }
  await correct(headline, 0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await correct(headline, 1)
  await correct('A second headline', 0)
  await correct('A third headline', 1)
  await tab('Corrections (3)')
  await page.getByRole('button', { name: 'Remove the correction of A third headline' }).click()
  await page.getByRole('tab', { name: 'Corrections (2)' }).waitFor()
  await takePictures(page, 'playground-corrections')
  const labels = new Set((await rowsOf('Corrections')).map(([, label]) => label))
  await page.getByRole('button', { name: 'Make a data set of them' }).click()
  if (labels.size === 1) await page.getByRole('alert').getByText('DATA_ONE_CLASS').waitFor()
  else {
    await page.getByRole('link', { name: 'see it under Data' }).click()
    await page.getByRole('region', { name: 'Corrections (2)' }).waitFor()
    await page.getByRole('navigation').getByRole('link', { name: 'Playground', exact: true }).click()
  }
  await tab('One headline')
})

test('the question is copied as code and arrives as it was shown', async () => {
  await box().fill(`It's $(hostile) "text"`)
  await page.getByRole('button', { name: 'Copy as code' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Python').click()
  await dialog.getByRole('button', { name: 'Copy Python code' }).click()
  await dialog.getByRole('button', { name: 'Copy Python code' }).getByText('Copied').waitFor()
  const code = await dialog.getByLabel('Python code', { exact: true }).innerText()
  expect(code).toContain(`{"text": "It's $(hostile) \\"text\\""}`)
  expect(await dialog.getByLabel('Command', { exact: true }).innerText()).toContain(
    `--model ${join(opened.directory, 'runs', first, 'model')}`,
  )
  await takePictures(page, 'playground-code')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  await box().fill('')
  await box().press('Control+V')
  expect((await box().inputValue()).trim()).toBe(code.trim())
})

test('many pasted lines are answered, filtered, and stopped between two pieces', async () => {
  await tab('Many lines')
  const lines = page.getByRole('textbox', { name: 'Lines to classify' })
  await lines.fill(['Oil price falls', '', 'Striker scores', 'شركة النفط'].join('\n'))
  await page.getByRole('button', { name: 'Classify 3 lines' }).click()
  await page.getByText(/3 answered in/).waitFor()
  expect((await rowsOf('Answers to the lines')).map(([, text]) => text)).toEqual(['Oil price falls', 'Striker scores', 'شركة النفط'])
  await page.getByRole('textbox', { name: 'Filter by text' }).fill('STRIKER')
  expect(await rowsOf('Answers to the lines')).toHaveLength(1)

  const many = Array.from({ length: 10_001 }, (_, row) => `Oil price number ${row}`).join('\n')
  await lines.fill('')
  await lines.evaluate((element, text) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', text)
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, many)
  await page.getByText('10,001 lines were given; the first 10,000 are taken.').waitFor()
  hold()
  await page.getByRole('button', { name: 'Classify 10,000 lines' }).click()
  await page.getByText('0 of 10,000 lines').waitFor()
  await expect.poll(() => wire.waiting.length).toBeGreaterThan(0)
  wire.waiting.shift()!()
  await page.getByText(/256 of 10,000 lines, about .* left/).waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('Stopped: 256 of 10,000 lines answered.').waitFor()
  release()
  await page.getByRole('button', { name: /^Classify again/ }).waitFor()
  await page.getByText('Stopped: 256 of 10,000 lines answered.').waitFor()
})

test('a file with labels is measured; a cell of its confusion matrix shows its lines; the table is saved harmless', async () => {
  const rows = Array.from(
    { length: 120 },
    (_, row) => `${['World', 'sports', 'BUSINESS', 'Sci/Tech'][row % 4]},"Oil, price and goal number ${row}"`,
  )
  const csv = ['label,title', ...rows, 'Weather,Rain tomorrow', 'World,=HYPERLINK(1)'].join('\n')
  await page.setInputFiles('input[type=file]', { name: 'mine.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
  await compare(/Run ab12/)
  await page.getByRole('button', { name: 'Classify 122 lines with both' }).click()
  await page.getByText(/122 answered by both in/).waitFor()
  const judged = region('Against the labels')
  await judged.getByText(/In no figure: 1 line with a label .*“Weather”/).waitFor()
  const [right, of] = /(\d+) of (\d+) right, 95 % interval/
    .exec(await judged.innerText())!
    .slice(1)
    .map(Number)
  const cells = page.getByRole('table', { name: 'Confusion matrix' }).getByRole('button')
  const counts = (await cells.allInnerTexts()).map(Number)
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(of)
  expect([0, 5, 10, 15].reduce((sum, index) => sum + counts[index]!, 0)).toBe(right)
  expect(of).toBe(121)
  await takePictures(page, 'playground-lines')

  const wrong = counts.findIndex((count, index) => count > 0 && index % 5 !== 0)
  await cells.nth(wrong).click()
  await region('Answers').getByText(`${counts[wrong]} of 122`).waitFor()
  await cells.nth(wrong).click()
  await page.getByRole('checkbox', { name: 'Mistakes only' }).check()
  await region('Answers')
    .getByText(`${of! - right!} of 122`)
    .waitFor()
  await page.getByRole('checkbox', { name: 'Mistakes only' }).uncheck()

  const sorted = page.getByRole('button', { name: 'Sure', exact: true })
  await sorted.click()
  const shown = (await rowsOf('Answers to the lines')).map((row) => Number(/[\d.]+/.exec(row[4]!)![0]))
  expect(shown).toEqual([...shown].sort((a, b) => b - a))

  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as CSV' }).click()])
  const saved = parse(await readFile(await download.path(), 'utf8')) as string[][]
  expect(saved).toHaveLength(123)
  expect(saved[0]).toEqual([
    'line',
    'text',
    'label',
    'answer',
    'confidence',
    'p(World)',
    'p(Sports)',
    'p(Business)',
    'p(Sci/Tech)',
    'second_answer',
    'second_confidence',
  ])
  expect(saved.map((row) => row[1])).toContain("'=HYPERLINK(1)")
  await page.getByRole('button', { name: 'Stop comparing' }).click()
  await page.setInputFiles('input[type=file]', { name: 'binary.csv', mimeType: 'text/csv', buffer: Buffer.from([0x61, 0xff, 0x00]) })
  await page.getByRole('alert').getByText('binary.csv is not a CSV the lab can read').waitFor()
})

test('a run that vanishes under the screen is told in words, the answer before stays, and another model answers', async () => {
  await tab('One headline')
  await box().fill(headline)
  await sure().waitFor()
  await rm(join(opened.directory, 'runs', first), { recursive: true })
  await box().fill(`${headline} again`)
  await page.getByRole('alert').getByText('MODEL_NOT_FOUND').waitFor()
  await region('Answer').getByText('no answer to this text').waitFor()
  expect(await page.getByRole('list', { name: 'Probabilities' }).innerText()).toMatch(/[\d.]+ %/)
  await takePictures(page, 'playground-gone')
  await page.locator('input[aria-label="Model"]').click()
  await page.getByRole('option', { name: /Run ab12/ }).click()
  await sure().waitFor()
  expect(await page.getByRole('alert').count()).toBe(0)
  expect(opened.complaints).toEqual([])
})
