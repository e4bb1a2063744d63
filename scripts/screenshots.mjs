/**
 * Takes the pictures of the README from the real lab: starts it with an empty directory, trains once on the defaults,
 * asks the model one headline. Nothing in them is made up. `node scripts/screenshots.mjs [folder]`
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from './build.mjs'
import { findChromium } from './chromium.mjs'
import { ensureInstalled, isBuilt, root } from './setup.mjs'

const folder = process.argv[2] ?? join(root, 'docs', 'screenshots')
const trainingMs = 10 * 60_000

ensureInstalled()
if (!isBuilt() && !(await build())) process.exit(1)
const executablePath = await findChromium()
if (executablePath === null) {
  console.error('✖ No Chromium here: it takes the pictures')
  process.exit(1)
}
const { chromium } = await import('playwright')
const home = mkdtempSync(join(tmpdir(), 'distrinews-lab-'))
const lab = spawn(process.execPath, [join(root, 'out', 'main', 'cli.js'), 'serve', '--port', '0'], {
  env: { ...process.env, DISTRINEWS_HOME: home, NO_COLOR: '1' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] })
try {
  mkdirSync(folder, { recursive: true })
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2, colorScheme: 'light' })
  const picture = async (name) => {
    await page.mouse.move(0, 0)
    await page.waitForTimeout(400)
    await page.screenshot({ path: join(folder, `${name}.png`) })
    console.log(join(folder, `${name}.png`))
  }
  await page.goto(await printedUrl())
  await page.getByText('rows to learn from').waitFor()
  await picture('home')
  await page.getByRole('button', { name: /^Train on 2/ }).click()
  await page
    .getByRole('main')
    .getByText(/epoch 4 of \d/)
    .waitFor({ timeout: trainingMs })
  await page.waitForTimeout(1500)
  await picture('run')
  await page.getByRole('main').getByText('done', { exact: true }).first().waitFor({ timeout: trainingMs })
  await page.getByRole('link', { name: 'Try its model' }).click()
  await page.getByRole('textbox', { name: 'Headline' }).fill('Telescope operators discover unidentified microwave glow')
  await page.getByText(/% sure$/).waitFor()
  await picture('playground')
} finally {
  await browser.close()
  const ended = once(lab, 'exit')
  lab.kill('SIGINT')
  await ended
  rmSync(home, { recursive: true, force: true })
}

function printedUrl() {
  return new Promise((resolve, reject) => {
    let printed = ''
    lab.stdout.on('data', (text) => {
      printed += text
      const url = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/.exec(printed)?.[0]
      if (url) resolve(url)
    })
    lab.once('exit', (code) => reject(new Error(`The lab ended with exit code ${code}:\n${printed}`)))
  })
}
