/**
 * The screens beside the great journey: empty places, wrong input, one's own CSV, stop and resume, a lost connection,
 * the keyboard alone, a wrong token. One lab and one page for all of them, in the order of a first hour.
 */
import { expect, test } from 'vitest'
import { openPage, takePictures } from '../helpers/browser.ts'
import { startLab } from '../helpers/lab-server.ts'
import { useLab } from '../helpers/opened-lab.ts'

const opened = useLab()

const goTo = (place: 'Lab' | 'Runs' | 'Playground' | 'Data'): Promise<void> =>
  opened.page.getByRole('navigation').getByRole('link', { name: place, exact: true }).click()

/** A CSV that is quickly learned: two topics that share no word. */
const ownCsv = (rows: number): string =>
  [
    'kind,headline',
    ...Array.from({ length: rows }, (_, row) =>
      row % 2 ? `garden,"Roses, lilies and ferns number ${row}"` : `kitchen,"Bread, soup and cheese number ${row}"`,
    ),
  ].join('\n')

const chooseFile = (name: string, content: string | Buffer): Promise<void> =>
  opened.page.setInputFiles('input[type=file]', { name, mimeType: 'text/csv', buffer: Buffer.from(content) })

test('places that are empty say what to do first', async () => {
  const { page } = opened
  await page.getByText('Idle. Nothing has been trained yet.').waitFor()
  await goTo('Playground')
  await takePictures(page, 'empty-playground')
  await goTo('Runs')
  await page.getByText('No runs yet').waitFor()
  await goTo('Playground')
  await page.getByRole('link', { name: 'Train a model first' }).click()
  await page.getByRole('button', { name: 'Train on 2 GPUs' }).waitFor()
})

test('a wrong hyper-parameter is named at its field and training waits for it to be mended', async () => {
  const { page } = opened
  const start = page.getByRole('button', { name: 'Train on 2 GPUs' })
  await page.getByRole('button', { name: 'Advanced' }).click()
  await page.getByLabel('Epochs').fill('0')
  await page.getByText('At least 1').waitFor()
  expect(await start.isDisabled()).toBe(true)
  await page.getByLabel('Max length').fill('300')
  await page.getByLabel('Epochs').fill('3')
  await page.getByText('At most 128: Tiny has no more positions').waitFor()
  await takePictures(page, 'advanced')
  await page.getByRole('button', { name: 'Back to defaults' }).click()
  expect(await start.isDisabled()).toBe(false)
  await page.getByLabel('Micro-batch').fill('16')
  await page.getByRole('img', { name: /Global batch 32/ }).waitFor()
  await page.getByRole('button', { name: 'Back to defaults' }).click()
  await page.getByRole('button', { name: 'Advanced' }).click()
})

test('a file that cannot be a data set is refused in words', async () => {
  const { page } = opened
  await goTo('Data')
  await chooseFile('picture.csv', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe, 0x00]))
  await page.getByRole('alert').getByText('DATA_UNREADABLE').waitFor()
  await chooseFile('empty.csv', '')
  await page.getByRole('alert').getByText('DATA_EMPTY').waitFor()
})

test('an own CSV is looked at, mapped, and imported without its bad rows', async () => {
  const { page } = opened
  await chooseFile('home.csv', `${ownCsv(400)}\nkitchen\n`)
  await page.getByRole('region', { name: 'First rows' }).getByText('Bread, soup and cheese number 0').waitFor()
  await page.getByText('1 row cannot be read').waitFor()
  await page.getByText(/line 402/).waitFor()
  await takePictures(page, 'csv-import')
  await page.getByText('Refuse the file').click()
  await page.getByRole('button', { name: /^Import/ }).click()
  await page.getByRole('alert').getByText('DATA_BAD_ROWS').waitFor()
  await page.getByText('Skip them').click()
  await page.getByRole('button', { name: /^Import/ }).click()
  const panel = page.getByRole('region', { name: 'home.csv' }).or(page.getByRole('region', { name: 'home' }))
  await panel.getByText('just imported').waitFor()
  await takePictures(page, 'data')
  await panel.getByRole('button', { name: 'Train on it' }).click()
  expect(
    await page
      .getByRole('combobox', { name: 'Data' })
      .or(page.getByRole('textbox', { name: 'Data' }))
      .first()
      .inputValue(),
  ).toMatch(/^home/)
})

test('a run is stopped with its checkpoint, resumed, and stopped again', { timeout: 120_000 }, async () => {
  const { page } = opened
  await page.getByRole('button', { name: 'Advanced' }).click()
  await page.getByLabel('Epochs').fill('500')
  await page.getByLabel('Name').fill('Soup <b>or</b> roses')
  await page.getByRole('button', { name: 'Train on 2 GPUs' }).click()
  await page.getByRole('heading', { name: 'Soup <b>or</b> roses' }).waitFor()
  const step = page.locator('dl[aria-label="Key figures"] dd').first().locator('span').first()
  await expect.poll(async () => Number((await step.innerText()).replace(',', '')), { timeout: 60_000 }).toBeGreaterThan(15)
  await page.getByRole('button', { name: 'Stop run' }).click()
  await page.getByRole('main').getByText('stopped', { exact: true }).first().waitFor({ timeout: 30_000 })
  const stoppedAt = Number((await step.innerText()).replace(',', ''))
  await page.getByText('Idle. 1 run kept.').waitFor()
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect.poll(async () => Number((await step.innerText()).replace(',', '')), { timeout: 60_000 }).toBeGreaterThan(stoppedAt + 5)
  await page.getByRole('contentinfo').getByRole('button', { name: 'Stop' }).click()
  await page.getByRole('main').getByText('stopped', { exact: true }).first().waitFor({ timeout: 30_000 })
  await takePictures(page, 'stopped')
})

test('the keyboard alone goes everywhere and the ring of focus is seen', async () => {
  const { page } = opened
  await page.reload()
  await page.getByText('Idle. 1 run kept.').waitFor()
  await page.keyboard.press('Tab')
  for (const [place, heading] of [
    ['Lab', 'DistriNews Lab'],
    ['Learn', 'Learn distributed training'],
    ['Runs', 'Runs'],
    ['Benchmark', 'Benchmark'],
    ['Playground', 'Playground'],
    ['Models', 'Models'],
    ['Server', 'Server'],
    ['Deploy', 'Deploy'],
    ['Data', 'Data'],
  ] as const) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement
      return { text: element.textContent, outline: getComputedStyle(element).outlineStyle }
    })
    expect(focused).toEqual({ text: place, outline: 'solid' })
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: heading }).waitFor()
  }
  await goTo('Playground')
  await page.getByRole('textbox', { name: 'Headline' }).fill('Soup and bread zzqx')
  await page.getByText(/% sure$/).waitFor()
  const onFirstToken = (): Promise<boolean> => page.evaluate(() => document.activeElement?.textContent === '[CLS]')
  for (let presses = 0; presses < 30 && !(await onFirstToken()); presses++) await page.keyboard.press('Tab')
  await page
    .getByRole('tooltip')
    .filter({ hasText: /^id \d+ · position 0 · special$/ })
    .waitFor()
})

test('a run is removed only after being asked', async () => {
  const { page } = opened
  await goTo('Runs')
  await page.getByRole('button', { name: 'Remove Soup <b>or</b> roses' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Keep it' }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: 'Remove Soup <b>or</b> roses' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove for good' }).click()
  await page.getByText('No runs yet').waitFor()
})

test('a page with a wrong token says which address to open, and nothing else is shown', async () => {
  const stranger = await openPage(opened.browser)
  await stranger.page.goto(opened.lab.url.replace(/token=.*/, 'token=wrong'))
  await stranger.page.getByText('does not accept this window’s token').waitFor()
  expect(await stranger.page.getByText('home.csv').count()).toBe(0)
  await stranger.page.close()
})

test('in the desktop window the page talks through the port that the preload hands over', async () => {
  const desktop = await openPage(opened.browser, { userAgent: 'Mozilla/5.0 Chrome/140.0.0.0 Electron/45.4.1 Safari/537.36' })
  // What preload.ts does; the other end of the port is wired to the lab's socket instead of the main process.
  await desktop.page.addInitScript((token) => {
    window.addEventListener('message', (event) => {
      if (event.source !== window || event.data !== 'distrinews:ready') return
      const { port1, port2 } = new MessageChannel()
      const socket = new WebSocket(`ws://${location.host}/rpc`, [`distrinews.bearer.${token}`])
      socket.binaryType = 'arraybuffer'
      socket.onmessage = ({ data }) => port1.postMessage(data)
      port1.onmessage = ({ data }) => socket.send(data as string | ArrayBuffer)
      socket.onopen = () => window.postMessage('distrinews:port', location.origin, [port2])
    })
  }, opened.lab.url.split('token=')[1]!)
  await desktop.page.goto(new URL('/#/data', opened.lab.url).href)
  await desktop.page.getByRole('region', { name: 'home.csv' }).waitFor()
  await desktop.page.getByRole('contentinfo').getByText('connected', { exact: true }).waitFor()
  expect(desktop.complaints).toEqual([])
  await desktop.page.close()
})

test('the page has complained of nothing so far; when the lab goes it says so, and it comes back with it', async () => {
  const { page, complaints } = opened
  expect(complaints).toEqual([])
  const port = Number(new URL(opened.lab.url).port)
  await opened.lab.close()
  await page.getByText('Connection to the lab lost. Reconnecting …').waitFor()
  await takePictures(page, 'connection-lost')
  opened.lab = await startLab(opened.directory, port)
  // Another start is another token: the page says so, and takes the new address without being loaded anew.
  await page.getByText('does not accept this window’s token').waitFor()
  await page.goto(opened.lab.url)
  await page.getByRole('contentinfo').getByText('connected', { exact: true }).waitFor()
})
