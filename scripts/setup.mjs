/**
 * Brings a checkout to the state in which it can run: packages installed, build fresh. Works before node_modules
 * exists, so it imports nothing but Node. Both questions are answered by content (SHA-256), not by dates: a fresh
 * clone, a copied folder and a switched branch all have dates that lie.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
const lockFile = join(root, 'package-lock.json')
const installStamp = join(root, 'node_modules', '.setup-stamp')
const buildStamp = join(root, 'out', '.build-stamp')
const buildInputs = [
  'electron',
  'renderer',
  'shared',
  'bench',
  'resources',
  'scripts/build-kernels.mjs',
  'scripts/vite',
  'electron.vite.config.ts',
  'package-lock.json',
]
const buildOutputs = [
  'out/main/main.js',
  'out/main/cli.js',
  'out/main/rank.js',
  'out/preload/preload.cjs',
  'out/renderer/index.html',
  'out/spaces/static/transformers.js',
  'out/spaces/docker/server/server.js',
]

/** Installs the locked packages unless they are there already. Exits with a message where that fails. */
export function ensureInstalled() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(
      `✖ Node.js ${process.versions.node} is too old\n  why: the lab needs 20.19 or newer\n  do:  install it from https://nodejs.org`,
    )
    process.exit(1)
  }
  const digest = sha256(readFileSync(lockFile))
  if (readIfThere(installStamp) === digest) return
  if (!installedMatchesLock()) {
    console.error('Installing packages (once, and after updates) …')
    const result = npm(['ci', '--loglevel=error'])
    if (result !== 0) {
      console.error(
        '✖ Packages could not be installed\n  why: npm ci failed, see above\n  do:  check the connection to the npm registry, then try again',
      )
      process.exit(1)
    }
  }
  writeFileSync(installStamp, digest)
}

/** Builds unless `out/` was built from exactly these sources. Exits with a message where that fails. */
export async function ensureBuilt() {
  if (isBuilt()) return
  console.error('Building (once, and after changes) …')
  const { build } = await import('./build.mjs')
  if (!(await build())) process.exit(1)
}

export const isBuilt = () => readIfThere(buildStamp) === sourceDigest() && buildOutputs.every((file) => existsSync(join(root, file)))

/** Called at the end of a build, with the digest taken before it: a source changed meanwhile makes it stale again. */
export const stampBuild = (digest) => writeFileSync(buildStamp, digest)

/** SHA-256 over names and contents of everything that goes into the build. */
export function sourceDigest() {
  const hash = createHash('sha256')
  for (const input of buildInputs) {
    for (const file of filesUnder(input)) hash.update(`${file}\0`).update(sha256(readFileSync(join(root, file))))
  }
  return hash.digest('hex')
}

/** Runs a Node script of the project with this terminal; resolves with its exit code. Signals are passed on to it. */
export function runNode(args, options = {}) {
  return follow(spawn(process.execPath, args, { cwd: root, stdio: 'inherit', ...options }))
}

/**
 * Passes signals on to `child` and resolves with its exit code (128 + n where a signal ended it). When our own parent dies
 * the child is ended as well: npm that is killed takes only the shell between us with it.
 */
export function follow(child) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  const pass = (signal) => child.kill(signal)
  for (const signal of signals) process.on(signal, pass)
  const parent = process.ppid
  const orphaned = setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 1000)
  return new Promise((resolve) => {
    const end = (code) => {
      for (const signal of signals) process.off(signal, pass)
      clearInterval(orphaned)
      resolve(code)
    }
    child.once('error', (error) => {
      console.error(`✖ ${child.spawnfile} could not be started: ${error.message}`)
      end(1)
    })
    child.once('exit', (code, signal) => end(code ?? 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0)))
  })
}

/**
 * Whether a person's own `npm install` already put the locked versions there. npm keeps what it installed in a hidden
 * lock file, which it writes last. Optional packages may be missing: they are for other platforms.
 */
function installedMatchesLock() {
  const hidden = readIfThere(join(root, 'node_modules', '.package-lock.json'))
  if (hidden === null) return false
  const installed = JSON.parse(hidden).packages ?? {}
  return Object.entries(JSON.parse(readFileSync(lockFile, 'utf8')).packages).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  )
}

function npm(args) {
  // Under `npm start` npm says where it is; otherwise it is on the path, on Windows as npm.cmd, which needs a shell.
  const own = process.env.npm_execpath
  const result = own?.endsWith('.js')
    ? spawnSync(process.execPath, [own, ...args], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  return result.status ?? 1
}

function filesUnder(path) {
  const absolute = join(root, path)
  if (!existsSync(absolute)) return []
  if (!statSync(absolute).isDirectory()) return [path]
  return readdirSync(absolute)
    .sort()
    .flatMap((name) => filesUnder(`${path}/${name}`))
}

const sha256 = (data) => createHash('sha256').update(data).digest('hex')
const readIfThere = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : null)
