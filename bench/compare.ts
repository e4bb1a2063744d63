/**
 * How smoothly compared runs follow the hand, in a real Chromium on the served lab: the crosshair moved and the range zoomed at
 * every frame, in frames a second beside those of a page at rest, which is the most that screen and machine give.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { quantile } from '../shared/domain/series.ts'
import { openBrowser, openPage } from '../test/helpers/browser.ts'
import { fakeRun } from '../test/helpers/fake-run.ts'
import { startLab } from '../test/helpers/lab-server.ts'
import type { BenchRow } from './report.ts'

/** A hundred thousand points, in one curve and in ten, are judged; a million only inform. */
const judgedPoints = 100_000
const cases = [
  { runs: 1, steps: 100_000 },
  { runs: 10, steps: 10_000 },
  { runs: 10, steps: 100_000 },
]
const epochs = 10
const turnMs = 3_000
/** Sixty frames a second, less what a clock of whole frames may miss by. */
const must = 0.95

export async function benchCompare(pairs: number, report: (row: BenchRow) => void): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'distrinews-bench-'))
  const lab = await startLab(directory)
  const browser = await openBrowser()
  try {
    for (const size of cases) {
      const name = `${size.runs} × ${size.steps.toLocaleString('en')} steps`
      const ids = await writeRuns(directory, size)
      const { page } = await openPage(browser, { viewport: { width: 1920, height: 1080 } })
      const began = performance.now()
      await page.goto(lab.url)
      await page.evaluate((address) => (location.hash = address), `#/compare/${ids.join()}`)
      await page.getByRole('list', { name: 'Compared runs' }).waitFor()
      await page.getByText('is being read').first().waitFor({ state: 'hidden', timeout: 120_000 })
      await page.evaluate(() => new Promise(requestAnimationFrame))
      report({ ...alone, name: `${name}: open and drawn`, ours: performance.now() - began, unit: 'ms', count: 1 })
      const judged = size.runs * size.steps <= judgedPoints ? { must } : {}
      report({ ...(await compare(`${name}: crosshair`, page, moveCrosshair, pairs)), ...judged })
      report({ ...(await compare(`${name}: zoom`, page, zoom, pairs)), ...judged })
      await page.context().close()
    }
  } finally {
    await browser.close()
    await lab.close()
    await rm(directory, { recursive: true, force: true })
  }
}

const alone = { bench: 'compare', peer: null, peerName: '', ratio: null } as const

type Move = (page: Page) => Promise<void>

/** In turn with the page at rest, which has the same memory and the same neighbours on the machine. */
async function compare(name: string, page: Page, move: Move, pairs: number): Promise<BenchRow> {
  const [moving, resting]: [number[], number[]] = [[], []]
  for (let pair = 0; pair < pairs; pair++) {
    resting.push(...(await frames(page, () => page.waitForTimeout(turnMs))))
    moving.push(...(await frames(page, () => move(page))))
  }
  const perSec = (gaps: readonly number[]): number => (1000 * gaps.length) / gaps.reduce((sum, gap) => sum + gap, 0)
  const late = moving.filter((gap) => gap > 1.5 * (1000 / 60)).length / moving.length
  return {
    bench: 'compare',
    name,
    ours: perSec(moving),
    peer: perSec(resting),
    unit: 'frames/s',
    peerName: 'page at rest',
    ratio: perSec(moving) / perSec(resting),
    count: pairs,
    note: `a frame p95 ${quantile(moving, 0.95)!.toFixed(1)} ms, p99 ${quantile(moving, 0.99)!.toFixed(1)} ms, ${(100 * late).toFixed(1)} % late`,
  }
}

/** Milliseconds between the frames that the page drew while `use` ran. */
async function frames(page: Page, use: () => Promise<void>): Promise<number[]> {
  const recorder = await page.evaluateHandle(() => {
    const state = { times: [] as number[], isOver: false }
    const next = (time: number): void => {
      state.times.push(time)
      if (!state.isOver) requestAnimationFrame(next)
    }
    requestAnimationFrame(next)
    return state
  })
  await use()
  const times = await recorder.evaluate((state) => {
    state.isOver = true
    return state.times
  })
  await recorder.dispose()
  return times.slice(1).map((time, index) => time - times[index]!)
}

const chartOf = (page: Page) => page.getByRole('application', { name: /Training loss/ })

/** Real pointer events, faster than frames come. */
async function moveCrosshair(page: Page): Promise<void> {
  const box = (await chartOf(page).boundingBox())!
  const end = performance.now() + turnMs
  for (let count = 0; performance.now() < end; count++)
    await page.mouse.move(box.x + 80 + ((count * 7) % (box.width - 120)), box.y + 60 + (count % 50))
  await page.mouse.move(1, 1)
}

/** Closer and farther at every frame: each time all charts thin and draw all curves anew. */
async function zoom(page: Page): Promise<void> {
  await chartOf(page).focus()
  await page.evaluate(async (ms) => {
    const keys = ['+', '+', '+', '+', '-', '-', '-', '-']
    const end = performance.now() + ms
    for (let count = 0; performance.now() < end; count++) {
      document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key: keys[count % keys.length]!, bubbles: true }))
      await new Promise(requestAnimationFrame)
    }
  }, turnMs)
}

async function writeRuns(directory: string, { runs, steps }: (typeof cases)[number]): Promise<string[]> {
  const ids: string[] = []
  for (let number = 0; number < runs; number++) {
    const id = `20260314-09${String(number).padStart(2, '0')}53-tiny-${runs.toString(16).padStart(2, '0')}${(steps / 1000).toString(16).padStart(2, '0').slice(-2)}`
    const run = fakeRun({ config: { seed: number, epochs }, stepsPerEpoch: steps / epochs, record: { id } })
    const folder = join(directory, 'runs', id)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'run.json'), JSON.stringify(run.record))
    await writeFile(join(folder, 'metrics.jsonl'), [...run.steps, ...run.epochs].map((line) => `${JSON.stringify(line)}\n`).join(''))
    ids.push(id)
  }
  return ids
}
