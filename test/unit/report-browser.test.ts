import { existsSync } from 'node:fs'
import { chromium } from 'playwright'
import { expect, it } from 'vitest'
import { collectRunReport, renderReport } from '../../electron/report/index.ts'
import { hostileRun } from '../helpers/hostile-run.ts'

const browserFile = process.env['DISTRINEWS_CHROMIUM'] ?? '/usr/bin/chromium'

it('a browser finds nothing to run or to load in a hostile report, and the policy stops what would get in', async (ctx) => {
  ctx.skip(!existsSync(browserFile), `no browser at ${browserFile}`)
  const { text } = renderReport(collectRunReport(hostileRun(), new Date()), 'html')
  const browser = await chromium.launch({ executablePath: browserFile, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] })
  try {
    // Without the page's own policy, so that the markup alone has to hold.
    const page = await browser.newPage()
    const seen: string[] = []
    page.on('request', (request) => seen.push(`request ${request.url()}`))
    page.on('dialog', (dialog) => void dialog.dismiss().then(() => seen.push('dialog')))
    page.on('console', (message) => seen.push(message.text()))
    await page.setContent(text.replace(/<meta http-equiv[^>]*>/, ''))
    const found = await page.evaluate<string[]>(`[...document.querySelectorAll('*')].flatMap((element) => [
      ...(/^(script|a|img|iframe|object|embed|link|base|form|input|foreignobject|use|image)$/i.test(element.localName) ? [element.localName] : []),
      ...[...element.attributes].filter((a) => /^on|href|src|style/i.test(a.name)).map((a) => element.localName + ' ' + a.name),
    ])`)
    expect(found).toEqual([])
    expect(seen).toEqual([])
    expect(await page.title()).toContain('<script>alert(1)</script>')

    const broken = text.replace('</main>', '<script>document.title = "ran"</script></main>')
    const withPolicy = await browser.newPage()
    await withPolicy.setContent(broken)
    expect(await withPolicy.title()).not.toBe('ran')
    const without = await browser.newPage()
    await without.setContent(broken.replace(/<meta http-equiv[^>]*>/, ''))
    expect(await without.title()).toBe('ran')
  } finally {
    await browser.close()
  }
})
