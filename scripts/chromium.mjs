/**
 * A Chromium for the browser tests: the one named by DISTRINEWS_CHROMIUM, Debian's, Playwright's own (downloaded where
 * that works), or else Debian's package, where we may install it.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './setup.mjs'

const debian = '/usr/bin/chromium'

/** Path of the executable, or null: then the browser tests are skipped by name. */
export async function findChromium() {
  const named = process.env.DISTRINEWS_CHROMIUM
  if (named) return named
  if (existsSync(debian)) return debian
  const { chromium } = await import('playwright')
  const own = chromium.executablePath()
  if (existsSync(own)) return own
  console.log('Getting Chromium for the browser tests (once) …')
  run(process.execPath, [join(root, 'node_modules', 'playwright', 'cli.js'), 'install', 'chromium'])
  if (existsSync(own)) return own
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    run('apt-get', ['update', '-qq'])
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'])
    if (existsSync(debian)) return debian
  }
  return null
}

const run = (file, args) =>
  spawnSync(file, args, { stdio: 'ignore', timeout: 5 * 60_000, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
