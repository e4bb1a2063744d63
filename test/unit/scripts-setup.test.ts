/**
 * The scripts behind `npm start`, `npm test` and `npm run …`, in a copy of their own where npm, the bundler and the lab
 * are small stand-ins that note how they were called: what is done on a fresh machine, and what is not done twice.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const scripts = join(import.meta.dirname, '..', '..', 'scripts')
let root: string

const put = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}
const note = (what: string): string => `require('node:fs').appendFileSync(${JSON.stringify(join(root, 'calls'))}, ${what} + '\\n');`
const calls = async (): Promise<string[]> => (await readFile(join(root, 'calls'), 'utf8').catch(() => '')).split('\n').filter(Boolean)
const lock = (version: string): string =>
  JSON.stringify({ packages: { '': {}, 'node_modules/a': { version }, 'node_modules/b': { version: '1.0.0', optional: true } } })

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'distrinews-scripts-'))
  for (const name of ['setup', 'build', 'cli', 'start', 'electron'])
    await cp(join(scripts, `${name}.mjs`), join(root, 'scripts', `${name}.mjs`))
  await put('package.json', '{"name":"distrinews-lab"}')
  await put('package-lock.json', lock('1.0.0'))
  await put('electron/main.ts', 'source')
  // npm ci leaves the packages; of these only the bundlers are called, and the first leaves the build.
  const application = ['main/main.js', 'preload/preload.cjs', 'main/rank.js', 'renderer/index.html']
  const outputs = [...application, 'spaces/static/transformers.js', 'spaces/docker/server/server.js']
  const lab = `${note("'lab ' + process.argv.slice(2).join(' ')")} process.on('SIGTERM', () => process.exit(7)); if (process.argv[2] === 'wait') { setInterval(() => {}, 1000); console.log('waiting') } else process.exit(3)`
  const bundler = `${note("'build'")} const fs = require('node:fs'); if (fs.existsSync('broken')) { console.log('syntax error in x'); process.exit(1) }
    for (const f of ${JSON.stringify(outputs)}) { fs.mkdirSync(require('node:path').dirname('out/' + f), { recursive: true }); fs.writeFileSync('out/' + f, '') }
    fs.writeFileSync('out/main/package.json', '{}'); fs.writeFileSync('out/main/cli.js', ${JSON.stringify(lab)})`
  await put(
    'npm.js',
    `${note("'npm ' + process.argv.slice(2).join(' ')")} const fs = require('node:fs'); if (fs.existsSync('offline')) process.exit(1)
    fs.mkdirSync('node_modules/electron-vite/bin', { recursive: true }); fs.writeFileSync('node_modules/electron-vite/bin/electron-vite.js', ${JSON.stringify(bundler)})
    fs.mkdirSync('node_modules/vite/bin', { recursive: true }); fs.writeFileSync('node_modules/vite/bin/vite.js', '')`,
  )
  await put('scripts/build-kernels.mjs', '')
})
afterEach(() => rm(root, { recursive: true, force: true }))

function start(script: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [join('scripts', script), ...args], {
    cwd: root,
    env: { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', npm_execpath: join(root, 'npm.js') },
  })
}

async function run(script: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const child = start(script, ...args)
  let output = ''
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text) => (output += String(text)))
  const [code] = (await once(child, 'close')) as [number]
  return { code, output }
}

describe('a fresh checkout', () => {
  it('is installed and built once, then only run', async () => {
    expect(await run('cli.mjs', 'train', '--ranks', '2')).toMatchObject({ code: 3 })
    expect(await calls()).toEqual(['npm ci --loglevel=error', 'build', 'lab train --ranks 2'])
    const second = await run('cli.mjs', 'predict', 'a headline')
    expect(second.output).toBe('')
    expect((await calls()).slice(3)).toEqual(['lab predict a headline'])
  })

  it('that was installed by hand is not installed again', async () => {
    await run('cli.mjs')
    await rm(join(root, 'node_modules', '.setup-stamp'))
    // Optional packages may be missing: they are for other systems.
    await put('node_modules/.package-lock.json', JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } }))
    await run('cli.mjs')
    expect((await calls()).filter((call) => call.startsWith('npm'))).toHaveLength(1)
  })

  it('is installed again when the lock file changes, also where something older is installed', async () => {
    await run('cli.mjs')
    await put('node_modules/.package-lock.json', lock('1.0.0'))
    await put('package-lock.json', lock('2.0.0'))
    await run('cli.mjs')
    expect((await calls()).filter((call) => call.startsWith('npm'))).toHaveLength(2)
  })

  it('says what failed where packages cannot be had, and tries again next time', async () => {
    await put('offline', '')
    const { code, output } = await run('cli.mjs')
    expect(code).toBe(1)
    expect(output).toMatch(/✖ Packages could not be installed\n {2}why: .*\n {2}do: {2}.*registry/)
    await rm(join(root, 'offline'))
    expect((await run('cli.mjs')).code).toBe(3)
  })
})

describe('a build', () => {
  const builds = async (): Promise<number> => (await calls()).filter((call) => call === 'build').length

  it('follows contents, not dates', async () => {
    await run('cli.mjs')
    await utimes(join(root, 'electron/main.ts'), new Date(), new Date())
    await run('cli.mjs')
    expect(await builds()).toBe(1)
    await put('electron/main.ts', 'another source')
    await utimes(join(root, 'electron/main.ts'), 0, 0)
    await run('cli.mjs')
    expect(await builds()).toBe(2)
    await rm(join(root, 'electron/main.ts'))
    await run('cli.mjs')
    expect(await builds()).toBe(3)
  })

  it('is made again where a part of it is gone', async () => {
    await run('cli.mjs')
    await rm(join(root, 'out/main/rank.js'))
    await run('cli.mjs')
    expect(await builds()).toBe(2)
  })

  it('that fails shows why, ends there, and is tried again', async () => {
    await put('broken', '')
    const { code, output } = await run('cli.mjs')
    expect(code).toBe(1)
    expect(output).toContain('syntax error in x')
    expect(output).toContain('✖ Building the application failed (exit code 1)')
    await rm(join(root, 'broken'))
    expect((await run('cli.mjs')).code).toBe(3)
  })
})

describe('npm start', () => {
  it('says in one line why there is no window, and serves the lab instead', async (ctx) => {
    ctx.skip(process.platform !== 'linux', 'other systems always have a display')
    const { code, output } = await run('start.mjs')
    expect(code).toBe(3)
    expect(output.split('\n').filter((line) => line.includes('window'))).toEqual([
      'No window here: there is no display. Serving the lab to the browser instead.',
    ])
    expect((await calls()).at(-1)).toBe('lab serve')
  })

  it('passes a wish for the browser on', async () => {
    await run('start.mjs', '--headless', '--port', '5000')
    expect((await calls()).at(-1)).toBe('lab serve --port 5000')
  })

  it('passes signals on and ends as the lab ended', async () => {
    const child = start('cli.mjs', 'wait')
    await new Promise<void>((resolve) => child.stdout!.on('data', (text) => String(text).includes('waiting') && resolve()))
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([7, null])
  })
  it('ends the lab when the shell that npm started it from is killed', async (ctx) => {
    ctx.skip(process.platform === 'win32', 'there is no shell between on Windows')
    await run('cli.mjs')
    const shell = spawn('sh', ['-c', `"${process.execPath}" scripts/cli.mjs wait; true`], { cwd: root })
    // The pipe ends when the last process that holds it has ended.
    const ended = once(shell.stdout, 'close')
    await new Promise<void>((resolve) => shell.stdout.on('data', (text) => String(text).includes('waiting') && resolve()))
    shell.kill('SIGKILL')
    await ended
  })
})

describe('the desktop window', () => {
  /** What `runElectron` says of a program that stands in for Electron. */
  async function ran(program: string): Promise<unknown> {
    const file = join(root, 'electron-stand-in')
    await writeFile(file, `#!${process.execPath}\n${program}`, { mode: 0o755 })
    const script = `import('./scripts/electron.mjs').then((m) => m.runElectron(${JSON.stringify(file)})).then((r) => console.log(JSON.stringify(r)))`
    const child = spawn(process.execPath, ['-e', script], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (text) => (output += String(text)))
    await once(child, 'close')
    return JSON.parse(output)
  }

  it('that came up ends as it ends', async (ctx) => {
    ctx.skip(process.platform === 'win32', 'the stand-in is a script with a #! line')
    expect(await ran("process.send('ready'); setTimeout(() => process.exit(5), 200)")).toEqual({ code: 5 })
    expect(await ran('process.exit(0)')).toEqual({ code: 0 })
  })

  it('that ended before it was ready is a reason to serve the lab to the browser', async (ctx) => {
    ctx.skip(process.platform === 'win32', 'the stand-in is a script with a #! line')
    expect(await ran('process.exit(127)')).toEqual({ reason: 'Electron ended with code 127 before its window opened' })
    expect(await ran("process.kill(process.pid, 'SIGKILL')")).toEqual({ reason: 'Electron ended with code 137 before its window opened' })
  })
})
