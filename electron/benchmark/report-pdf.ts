/** `report.pdf` beside `report.html`, printed by a Chromium of the person's own where one is found. Nothing is downloaded. */
import { existsSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runCommand } from '../handoff/command.ts'

const patienceMs = 60_000

/** Where systems keep Chromium, Chrome and Edge. */
const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/microsoft-edge',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

/** The one that DISTRINEWS_CHROMIUM names, or one in a usual place; null where there is none. */
export function installedChromium(env: NodeJS.ProcessEnv = process.env): string | null {
  const named = env['DISTRINEWS_CHROMIUM']
  return (named === undefined ? usualPlaces : [named]).find((path) => existsSync(path)) ?? null
}

/** Returns one line: where the PDF is, or why there is none. A report without a PDF is no failure. */
export async function printReportFolder(directory: string, chromium = installedChromium()): Promise<string> {
  if (chromium === null) return 'no report.pdf: no Chromium was found (DISTRINEWS_CHROMIUM may name one); report.html prints as well'
  const work = await mkdtemp(join(directory, '.print-'))
  try {
    const made = join(work, 'report.pdf')
    const { code, output } = await runCommand(
      chromium,
      [
        '--headless',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--no-first-run',
        '--disable-background-networking',
        '--no-pdf-header-footer',
        // Chromium refuses to be root with its sandbox; the file has no scripts.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        `--user-data-dir=${join(work, 'profile')}`,
        `--print-to-pdf=${made}`,
        pathToFileURL(join(directory, 'report.html')).href,
      ],
      { signal: AbortSignal.timeout(patienceMs) },
    )
    if (code !== 0 || !existsSync(made))
      return `no report.pdf: ${chromium} could not print it (${output.split('\n').at(-1) || `exit code ${code}`})`
    await rename(made, join(directory, 'report.pdf'))
    return `printed ${join(directory, 'report.pdf')}`
  } catch (error) {
    return `no report.pdf: ${chromium} could not print it (${error instanceof Error ? error.message : String(error)})`
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
