/**
 * Chromium for the tests that use the page as a person does. Nothing but this machine can be reached from it, and
 * whatever a page writes to its console as a warning or error is kept: a clean page writes nothing.
 */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium } from 'playwright'
import type { Browser, BrowserContextOptions, Page } from 'playwright'
import type { TestContext } from 'vitest'
import { projectRoot } from '../../electron/paths.ts'

const executablePath = process.env['DISTRINEWS_CHROMIUM'] ?? '/usr/bin/chromium'

/** Why a browser test cannot run here, or null where it can. */
export const whyNoBrowser: string | null = existsSync(executablePath) ? null : `no Chromium at ${executablePath}`

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
      '--no-first-run',
      '--disable-background-networking',
    ],
  })

/** For one test, and closed with it; the test is skipped where there is none. */
export async function browserFor(ctx: TestContext): Promise<Browser> {
  ctx.skip(whyNoBrowser !== null, whyNoBrowser ?? '')
  const browser = await openBrowser()
  ctx.onTestFinished(() => browser.close())
  return browser
}

export interface WatchedPage {
  page: Page
  /** Console warnings and errors, and exceptions nobody caught. */
  complaints: string[]
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return { page, complaints }
}

const looks = [
  { width: 1280, height: 800, colorScheme: 'light' },
  { width: 1920, height: 1080, colorScheme: 'dark' },
] as const
const settleMs = 250

/**
 * Pictures of the page as it is, small and light, large and dark, in `test-artifacts/` for people to look at: where
 * DISTRINEWS_PICTURES is set, because they take more than a second each.
 */
export async function takePictures(page: Page, name: string): Promise<void> {
  if (!process.env['DISTRINEWS_PICTURES']) return
  const directory = join(projectRoot, 'test-artifacts')
  await mkdir(directory, { recursive: true })
  const before = page.viewportSize()
  for (const { width, height, colorScheme } of looks) {
    await page.setViewportSize({ width, height })
    await page.emulateMedia({ colorScheme })
    // Charts measure themselves after the layout. (Waited for out here: a page without scripts has no frames to count.)
    await page.waitForTimeout(settleMs)
    await page.screenshot({ path: join(directory, `${name}-${width}x${height}-${colorScheme}.png`) })
  }
  await page.emulateMedia({ colorScheme: 'light' })
  if (before) await page.setViewportSize(before)
}

/** The numbers of one column of a table on the page, top to bottom; empty cells are left out. */
export async function columnOf(page: Page, table: string, column: string): Promise<number[]> {
  const cells = await page.getByRole('table', { name: table, exact: true }).evaluate((element, wanted) => {
    const rows = [...element.querySelectorAll('tr')].map((row) => [...row.querySelectorAll('th,td')].map((cell) => cell.textContent.trim()))
    const index = rows[0]?.indexOf(wanted) ?? -1
    return rows.slice(1).map((row) => row[index] ?? '')
  }, column)
  return cells.filter((cell) => cell !== '').map(Number)
}
