/**
 * Whether the desktop window can open here, found out in the order of cost: a display, a user whom Chromium's sandbox
 * accepts, the binary (which Electron ≥ 45 downloads at first start), a start that comes as far as `app.whenReady`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { follow, root } from './setup.mjs'

const electronFolder = join(root, 'node_modules', 'electron')
const downloadLimitMs = 10 * 60_000

/** `{file}` of the executable or `{reason}` why there is none. */
export function findElectron() {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env
  if (process.platform === 'linux') {
    if (!DISPLAY && !WAYLAND_DISPLAY) return { reason: 'there is no display' }
    if (process.getuid?.() === 0) return { reason: "Chromium's sandbox does not run as root" }
  }
  let file = installedElectron()
  if (file === null) {
    console.error('Getting Electron (about 120 MB, once) …')
    const result = spawnSync(process.execPath, [join(electronFolder, 'install.js')], { timeout: downloadLimitMs, encoding: 'utf8' })
    file = installedElectron()
    if (file === null) return { reason: `Electron could not be downloaded (${firstCause(result)})` }
  }
  return { file }
}

/** Runs the window to its end: `{code}`, or `{reason}` where it ended before the application was ready. */
export async function runElectron(file) {
  const child = spawn(file, [root], { cwd: root, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  let ready = false
  child.on('message', (message) => (ready ||= message === 'ready'))
  const code = await follow(child)
  return ready || code === 0 ? { code } : { reason: `Electron ended with code ${code} before its window opened` }
}

/** Path of the executable, or null where its download is missing or of another version. */
export function installedElectron() {
  const pathFile = join(electronFolder, 'path.txt')
  const versionFile = join(electronFolder, 'dist', 'version')
  if (!existsSync(pathFile) || !existsSync(versionFile)) return null
  const { version } = JSON.parse(readFileSync(join(electronFolder, 'package.json'), 'utf8'))
  const file = join(electronFolder, 'dist', readFileSync(pathFile, 'utf8'))
  return readFileSync(versionFile, 'utf8').replace(/^v/, '') === version && existsSync(file) ? file : null
}

function firstCause({ error, stderr }) {
  if (error) return error.code === 'ETIMEDOUT' ? 'it took longer than 10 minutes' : error.message
  return /Error: (.+)/.exec(stderr)?.[1].trim() ?? 'no reason given'
}
