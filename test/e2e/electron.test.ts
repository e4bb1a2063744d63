/** The desktop application itself, wherever Electron can run: its window opens, is confined, and reaches the lab. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron } from 'playwright'
import { expect, it } from 'vitest'
import { projectRoot } from '../../electron/paths.ts'

it('opens a confined window that reaches the lab', async (ctx) => {
  // A plain script, outside the type-checked worlds; it is also what `npm start` asks.
  const { installedElectron } = (await import(join(projectRoot, 'scripts', 'electron.mjs'))) as { installedElectron: () => string | null }
  const executablePath = installedElectron()
  if (executablePath === null) return ctx.skip('the Electron binary is not installed')
  ctx.skip(process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY'], 'there is no display')
  ctx.skip(process.getuid?.() === 0, "Chromium's sandbox does not run as root")

  const home = await mkdtemp(join(tmpdir(), 'distrinews-'))
  const application = await _electron.launch({
    executablePath,
    args: [projectRoot],
    env: { ...process.env, DISTRINEWS_HOME: home } as Record<string, string>,
  })
  try {
    const page = await application.firstWindow()
    await page.getByRole('button', { name: 'Train on 2 GPUs' }).waitFor()
    expect(page.url()).toMatch(/^app:\/\/lab\//)
    expect(await page.evaluate(() => [typeof globalThis.process, 'require' in globalThis])).toEqual(['undefined', false])
    expect(await page.evaluate(() => window.open('https://example.org/'))).toBeNull()
  } finally {
    await application.close()
    await rm(home, { recursive: true, force: true })
  }
})
