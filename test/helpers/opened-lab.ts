/**
 * What a browser test begins with, and leaves nothing of: the built lab on a folder of its own, and a page of Chromium at it;
 * for all tests of a file (`useLab`), or for one (`openLab`). Where there is no Chromium they are skipped by name.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, type TestContext } from 'vitest'
import { openBrowser, openPage, whyNoBrowser } from './browser.ts'
import { startLab, type LabServer } from './lab-server.ts'

export interface Places {
  /** A folder of the test's own. */
  place: string
  /** The lab's, within it. */
  directory: string
}

export interface OpenedLab extends Places {
  /** Whoever restarts it puts the new one here. */
  lab: LabServer
  browser: Browser
  page: Page
  /** What the page wrote to its console as a warning or error. */
  complaints: string[]
}

interface Options {
  /** Fills the folder before the lab starts. */
  prepare?: (places: Places) => Promise<void>
  /** What is in the lab's environment besides. */
  variables?: (places: Places) => NodeJS.ProcessEnv
  /** Takes the page to the lab; absent: by its address. */
  arrive?: (opened: OpenedLab) => Promise<unknown>
}

/** One lab and one page for all tests of the file that calls this, filled before the first. */
export function useLab(options: Options = {}): OpenedLab {
  const opened = {} as OpenedLab
  beforeAll(async () => {
    if (whyNoBrowser === null) await open(opened, options)
  })
  afterAll(() => close(opened))
  beforeEach((ctx) => ctx.skip(whyNoBrowser !== null, whyNoBrowser ?? ''))
  return opened
}

/** The same for one test. */
export async function openLab(ctx: TestContext, options: Options = {}): Promise<OpenedLab> {
  ctx.skip(whyNoBrowser !== null, whyNoBrowser ?? '')
  const opened = {} as OpenedLab
  ctx.onTestFinished(() => close(opened))
  await open(opened, options)
  return opened
}

async function open(opened: OpenedLab, { prepare, variables, arrive = ({ page, lab }) => page.goto(lab.url) }: Options): Promise<void> {
  opened.place = await mkdtemp(join(tmpdir(), 'distrinews-opened-'))
  opened.directory = join(opened.place, 'lab')
  await mkdir(opened.directory)
  await prepare?.(opened)
  ;[opened.lab, opened.browser] = await Promise.all([startLab(opened.directory, 0, variables?.(opened)), openBrowser()])
  Object.assign(opened, await openPage(opened.browser))
  await arrive(opened)
}

/** Whatever of it was opened. */
async function close({ place, lab, browser }: Partial<OpenedLab>): Promise<void> {
  await Promise.all([browser?.close(), lab?.close()])
  if (place !== undefined) await rm(place, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}
